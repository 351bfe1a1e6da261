package io.distributedlock.redis.internal;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisLoadingException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

/**
 * Tells errors of Redis that pass from those that do not, by their error code. An error
 * inside a script has the code at the start of its message since Redis 7, and within it
 * before.
 *
 * @since 1.0
 */
public final class RedisErrors {

	private static final Pattern WORD = Pattern.compile("\\b[A-Z]{3,}\\b");

	private static final Set<String> PASSING = Set.of("LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN",
			"MOVED", "ASK", "BUSY", "OOM", "NOREPLICAS", "MISCONF");

	private static final String TOO_MANY_CLIENTS = "ERR max number of clients reached";

	/**
	 * What Redis 6 says in place of {@code NOPERM} when a script may not run a command.
	 */
	private static final String NO_PERMISSION_IN_SCRIPT = "The user executing the script can't ";

	/**
	 * Part of the answer of a replica to {@code WAIT}.
	 */
	private static final String WAIT_ON_A_REPLICA = "WAIT cannot be used with replica";

	private static final Map<String, String> REMEDIES = Map.of("WRONGTYPE",
			"Another program uses this key: choose another 'distributed-lock.key-prefix'.", "NOPERM",
			"Grant the Redis user the lock commands on all keys below 'distributed-lock.key-prefix'.", "NOAUTH",
			"Check the user name and password of the Redis connection.", "WRONGPASS",
			"Check the user name and password of the Redis connection.");

	private RedisErrors() {
	}

	/**
	 * Translate what a lock command failed with.
	 * @param failure the failure
	 * @return the exception to be thrown
	 */
	public static LockStoreException translate(Throwable failure) {
		if (failure instanceof LockStoreException translated) {
			return translated;
		}
		return isRefusal(failure) ? refused("a lock command", failure)
				: new LockStoreUnavailableException("Redis gave no usable answer: " + describe(failure), failure);
	}

	/**
	 * Translate what an attempt to connect failed with.
	 * @param failure the failure, or null if there was none yet
	 * @return the exception to be thrown
	 */
	public static LockStoreException notConnected(@Nullable Throwable failure) {
		if (failure == null) {
			return new LockStoreUnavailableException("Not connected to Redis", null);
		}
		if (failure instanceof LockStoreException translated) {
			return translated;
		}
		// The nodes of a Cluster that were asked in vain are suppressed exceptions
		return Stream.concat(Stream.of(failure), Arrays.stream(failure.getSuppressed()))
			.map(NestedExceptionUtils::getMostSpecificCause)
			.filter(RedisErrors::isRefusal)
			.findFirst()
			.map((refusal) -> refused("the connection for locks", refusal))
			.orElseGet(() -> new LockStoreUnavailableException("Not connected to Redis: " + failure.getMessage(),
					failure));
	}

	private static LockStoreException refused(String what, Throwable failure) {
		String message = failure.getMessage();
		return new LockStoreException("Redis refused %s: %s. %s".formatted(what, message,
				REMEDIES.getOrDefault(code(message), "Check the configuration of Redis.")), failure);
	}

	private static String describe(Throwable failure) {
		return (failure instanceof CancellationException) ? "the connection was lost"
				: String.valueOf(failure.getMessage());
	}

	private static boolean isRefusal(Throwable failure) {
		String message = failure.getMessage();
		return failure instanceof RedisCommandExecutionException && !(failure instanceof RedisLoadingException)
				&& !PASSING.contains(code(message)) && !TOO_MANY_CLIENTS.equals(message);
	}

	/**
	 * Return whether this user may not do, or this topology cannot do, what was tried.
	 * @param failure the failure
	 * @return whether trying again is of no use
	 */
	public static boolean isForbidden(Throwable failure) {
		return failure instanceof UnsupportedOperationException
				|| (failure instanceof RedisCommandExecutionException && "NOPERM".equals(code(failure.getMessage())));
	}

	/**
	 * Return what went wrong, without the wrapper of the stage it came through.
	 * @param failure the failure of a stage
	 * @return the failure, or its cause if it is a {@link CompletionException}
	 */
	public static Throwable unwrap(Throwable failure) {
		return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
	}

	/**
	 * Return whether the server accepts no more than reads, because it is a replica.
	 * @param failure what a lock command failed with, translated or not
	 * @return whether it is a replica
	 */
	public static boolean isReadOnly(Throwable failure) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
		String message = cause.getMessage();
		return cause instanceof RedisCommandExecutionException && message != null
				&& ("READONLY".equals(code(message)) || message.contains(WAIT_ON_A_REPLICA));
	}

	/**
	 * Return the first known error code in a message, or an empty string.
	 */
	private static String code(@Nullable String message) {
		if (message == null) {
			return "";
		}
		if (message.contains(NO_PERMISSION_IN_SCRIPT)) {
			return "NOPERM";
		}
		Matcher words = WORD.matcher(message);
		while (words.find()) {
			if (PASSING.contains(words.group()) || REMEDIES.containsKey(words.group())) {
				return words.group();
			}
		}
		return "";
	}

}
