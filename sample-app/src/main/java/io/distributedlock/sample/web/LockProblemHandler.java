package io.distributedlock.sample.web;

import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockClosedException;
import io.distributedlock.LockLostException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockStoreUnavailableException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Tells clients what became of a call that did not get its lock (or lost Redis later).
 * <table border="1">
 * <caption>Responses</caption>
 * <tr>
 * <th>status</th>
 * <th>meaning</th>
 * <th>what the client does</th>
 * </tr>
 * <tr>
 * <td>423 Locked</td>
 * <td>somebody else held the lock for the whole wait time; the locked method did not
 * run</td>
 * <td>try again soon</td>
 * </tr>
 * <tr>
 * <td>503 Service Unavailable</td>
 * <td>Redis cannot be reached, or this instance is stopping</td>
 * <td>try again later</td>
 * </tr>
 * <tr>
 * <td>400 Bad Request</td>
 * <td>the lock key would be blank or too long</td>
 * <td>correct the request</td>
 * </tr>
 * </table>
 * A 409 Conflict never comes from a lock that was busy too long: it says that the method
 * ran and refused, was skipped, or lost its lock before it was done. The messages of the
 * exceptions name hosts and processes, so they go to the log and not to the client.
 */
@RestControllerAdvice
class LockProblemHandler {

	private static final Log logger = LogFactory.getLog(LockProblemHandler.class);

	@ExceptionHandler
	ResponseEntity<ProblemDetail> busy(LockNotAcquiredException ex) {
		logger.info(ex.getMessage());
		return retryAfter(1, HttpStatus.LOCKED,
				"Another request is working on '%s'. Nothing was changed, try again.".formatted(ex.getKey()));
	}

	@ExceptionHandler({ LockStoreUnavailableException.class, LockClosedException.class,
			RedisConnectionFailureException.class, QueryTimeoutException.class })
	ResponseEntity<ProblemDetail> unavailable(RuntimeException ex) {
		logger.warn(ex.getMessage());
		return retryAfter(5, HttpStatus.SERVICE_UNAVAILABLE,
				"The service cannot reach its data at the moment. Try again later.");
	}

	@ExceptionHandler
	ProblemDetail lost(LockLostException ex) {
		logger.info(ex.getMessage());
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT,
				"The lock of '%s' was lost, so this was not completed.".formatted(ex.getKey()));
	}

	@ExceptionHandler
	ProblemDetail badKey(InvalidLockKeyException ex) {
		logger.info(ex.getMessage());
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST,
				"The id in the path must not be blank or extremely long.");
	}

	private static ResponseEntity<ProblemDetail> retryAfter(int seconds, HttpStatus status, String detail) {
		return ResponseEntity.status(status)
			.header(HttpHeaders.RETRY_AFTER, Integer.toString(seconds))
			.body(ProblemDetail.forStatusAndDetail(status, detail));
	}

}
