package io.distributedlock.sample.order;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * An order is paid only once.
 */
class AlreadyPaidException extends ResponseStatusException {

	AlreadyPaidException(Payment payment) {
		super(HttpStatus.CONFLICT, "Order '%s' is already paid, under fencing token %d.".formatted(payment.orderId(),
				payment.fencingToken()));
	}

}
