package io.distributedlock.testsupport;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * What {@link FaultProxy} does with the requests a predicate matches.
 *
 * @param action what happens to the request or its reply
 * @param request tells which requests
 * @param delay how long a reply is delayed
 */
record FaultRule(Action action, Predicate<String> request, Duration delay) {

	FaultRule(Action action, Predicate<String> request) {
		this(action, request, Duration.ZERO);
	}

	/**
	 * Kinds of faults.
	 */
	enum Action {

		DROP_REQUEST, DROP_REPLY, DELAY_REPLY, CUT_BEFORE_REQUEST, CUT_BEFORE_REPLY

	}

}
