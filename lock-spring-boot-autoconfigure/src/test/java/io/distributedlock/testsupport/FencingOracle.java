package io.distributedlock.testsupport;

import org.jspecify.annotations.Nullable;

/**
 * Observes that fencing tokens rise strictly in the order in which the critical section
 * is entered.
 */
public final class FencingOracle {

	private long entries;

	private long lastToken = Long.MIN_VALUE;

	private @Nullable AssertionError violation;

	/**
	 * Call first in the critical section.
	 * @param token the fencing token of the holder
	 * @throws AssertionError if the token is not greater than all before it
	 */
	public synchronized void enter(long token) {
		this.entries++;
		if (token <= this.lastToken) {
			AssertionError error = new AssertionError(
					"Token %d of entry %d follows token %d".formatted(token, this.entries, this.lastToken));
			if (this.violation == null) {
				this.violation = error;
			}
			throw error;
		}
		this.lastToken = token;
	}

	/**
	 * Return how often the critical section was entered.
	 * @return the number of entries
	 */
	public synchronized long entries() {
		return this.entries;
	}

	/**
	 * Return the greatest token so far.
	 * @return the token
	 */
	public synchronized long lastToken() {
		return this.lastToken;
	}

	/**
	 * Throw the first violation again, which a worker thread may have swallowed.
	 */
	public synchronized void verify() {
		if (this.violation != null) {
			throw new AssertionError(this.violation.getMessage(), this.violation);
		}
	}

}
