package io.distributedlock;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Something that has happened to a lock of this instance, or to the store of the locks.
 * Published as an application event, for example for
 *
 * <pre class="code">
 * &#64;EventListener
 * void on(LockEvent.Lost lost) { … }
 * </pre>
 *
 * Events are published after the fact, in order, and on a thread of their own: a listener
 * that is slow or fails does not affect any lock. Only those are published for which
 * there is a listener when the application has started.
 *
 * @since 1.0
 */
public sealed interface LockEvent {

	/**
	 * A lock was acquired.
	 *
	 * @param key the key of the lock
	 * @param name the name of the lock site
	 * @param fencingToken the fencing token
	 * @param waited how long it took
	 */
	record Acquired(String key, String name, long fencingToken, Duration waited) implements LockEvent {

	}

	/**
	 * Somebody who wants a lock has found it held by somebody else, and waits or gives
	 * up.
	 *
	 * @param key the key of the lock
	 * @param name the name of the lock site
	 */
	record Contended(String key, String name) implements LockEvent {

	}

	/**
	 * A lock was released by its holder.
	 *
	 * @param key the key of the lock
	 * @param name the name of the lock site
	 * @param fencingToken the fencing token
	 * @param held how long it was held
	 * @param outcome {@link ReleaseOutcome#RELEASED}, {@link ReleaseOutcome#KEPT} if the
	 * store keeps it for its shortest time, or {@link ReleaseOutcome#UNCONFIRMED} if the
	 * store has not confirmed it yet
	 */
	record Released(String key, String name, long fencingToken, Duration held,
			ReleaseOutcome outcome) implements LockEvent {

	}

	/**
	 * A lock was lost: others may hold it while the body still runs.
	 *
	 * @param key the key of the lock
	 * @param name the name of the lock site
	 * @param fencingToken the fencing token
	 * @param held how long it was held
	 * @param reason why it was lost
	 */
	record Lost(String key, String name, long fencingToken, Duration held, String reason) implements LockEvent {

	}

	/**
	 * An operator has taken a lock from its holder, which may be in any instance, through
	 * this instance.
	 *
	 * @param key the key of the lock
	 * @param holder who held it, as {@code application@host/pid}, or null if it was
	 * another program
	 * @param principal the name of the operator, or null if it is not known
	 */
	record ForceReleased(String key, @Nullable String holder, @Nullable String principal) implements LockEvent {

	}

	/**
	 * The store of the locks fails, at least for some of them.
	 *
	 * @param failure what happened first
	 */
	record StoreDegraded(LockStoreException failure) implements LockEvent {

	}

	/**
	 * The store of the locks is reliable again.
	 *
	 * @param outage for how long it was not
	 */
	record StoreRecovered(Duration outage) implements LockEvent {

	}

}
