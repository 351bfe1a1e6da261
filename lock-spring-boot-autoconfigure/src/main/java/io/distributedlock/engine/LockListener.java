package io.distributedlock.engine;

import java.time.Duration;

import io.distributedlock.LockException;
import io.distributedlock.LockStoreException;
import io.distributedlock.ReleaseOutcome;
import org.jspecify.annotations.Nullable;

/**
 * Is told what happens to the locks of this instance, after the fact. All beans of this
 * type are.
 * <p>
 * Each attempt begins with {@link #acquiring}, may be {@link #contended} once, and ends
 * with either {@link #acquired} or {@link #notAcquired}. Each hold that was acquired ends
 * with either {@link #released} or {@link #lost}. A thread that enters a lock again which
 * it holds makes no new attempt.
 * <p>
 * Called while no lock of the engine is held, on the threads of callers, of the store and
 * of the timer that renews leases: it must be quick and must not block. What it throws is
 * logged and has no other effect.
 *
 * @since 1.0
 */
public interface LockListener {

	/**
	 * Return whether this is to be told anything. Asked whenever the locks start: if
	 * nobody is, they need not even measure how long things take.
	 * @return whether to call the other methods until the locks stop
	 */
	default boolean isActive() {
		return true;
	}

	/**
	 * Somebody asks for a lock. Called on the thread that does.
	 * @param attempt the attempt
	 */
	default void acquiring(LockAttempt attempt) {
	}

	/**
	 * The lock is held by somebody else.
	 * @param attempt the attempt
	 */
	default void contended(LockAttempt attempt) {
	}

	/**
	 * A lock was acquired.
	 * @param attempt the attempt
	 * @param hold the hold that begins
	 * @param waited how long the attempt took
	 */
	default void acquired(LockAttempt attempt, LockHold hold, Duration waited) {
	}

	/**
	 * A lock was not acquired.
	 * @param attempt the attempt
	 * @param failure why not, or null if somebody else held the lock until the wait time
	 * was over
	 * @param waited how long the attempt took
	 */
	default void notAcquired(LockAttempt attempt, @Nullable LockException failure, Duration waited) {
	}

	/**
	 * The lease of a hold was renewed.
	 * @param hold the hold
	 */
	default void renewed(LockHold hold) {
	}

	/**
	 * The lease of a hold could not be renewed. That is tried again until it runs out.
	 * @param hold the hold
	 * @param failure why not, or null if the store could not tell who holds the lock
	 */
	default void renewalFailed(LockHold hold, @Nullable Throwable failure) {
	}

	/**
	 * A lock was released.
	 * @param hold the hold that has ended
	 * @param outcome {@link ReleaseOutcome#RELEASED}, {@link ReleaseOutcome#KEPT} or
	 * {@link ReleaseOutcome#UNCONFIRMED}
	 * @param held how long it was held
	 */
	default void released(LockHold hold, ReleaseOutcome outcome, Duration held) {
	}

	/**
	 * A lock was lost: others may hold it while its body still runs.
	 * @param hold the hold that has ended
	 * @param reason why
	 * @param held how long it was held
	 */
	default void lost(LockHold hold, String reason, Duration held) {
	}

	/**
	 * A call of the store has failed.
	 * @param failure what happened
	 */
	default void storeFailed(LockStoreException failure) {
	}

	/**
	 * The store has become unreliable: a call has failed that should have succeeded.
	 * @param failure what happened
	 */
	default void storeDegraded(LockStoreException failure) {
	}

	/**
	 * The store answers reliably again.
	 * @param outage for how long it did not
	 */
	default void storeRecovered(Duration outage) {
	}

}
