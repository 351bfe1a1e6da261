package io.distributedlock.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.distributedlock.LockException;
import io.distributedlock.LockStoreException;
import io.distributedlock.ReleaseOutcome;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Tells all listeners, and lets none of them do any harm. Without listeners, nothing is
 * measured or created for them.
 */
final class LockListeners {

	private static final Log logger = LogFactory.getLog(LockListeners.class);

	private final LockListener[] listeners;

	private final MonotonicClock clock;

	private final AtomicBoolean warned = new AtomicBoolean();

	LockListeners(List<LockListener> listeners, MonotonicClock clock) {
		this.listeners = listeners.stream().filter(this::isActive).toArray(LockListener[]::new);
		this.clock = clock;
	}

	private boolean isActive(LockListener listener) {
		try {
			return listener.isActive();
		}
		catch (RuntimeException ex) {
			failed(listener, ex);
			return true;
		}
	}

	/**
	 * Return whether nobody listens.
	 */
	boolean isEmpty() {
		return this.listeners.length == 0;
	}

	void acquiring(Waiter waiter) {
		if (!isEmpty()) {
			tell((listener) -> listener.acquiring(waiter));
		}
	}

	/**
	 * Tell that a waiter found the lock held, unless that was told before.
	 */
	void contended(Waiter waiter) {
		if (!isEmpty() && waiter.findsContention()) {
			tell((listener) -> listener.contended(waiter));
		}
	}

	void acquired(Waiter waiter, HeldLease lease) {
		if (!isEmpty()) {
			Duration waited = since(waiter.startedAt());
			tell((listener) -> listener.acquired(waiter, lease, waited));
			if (!lease.beginningIsTold()) {
				tell((listener) -> listener.lost(lease, "it had ended before it was entered", Duration.ZERO));
			}
		}
	}

	void notAcquired(Waiter waiter, @Nullable LockException failure) {
		if (!isEmpty()) {
			Duration waited = since(waiter.startedAt());
			tell((listener) -> listener.notAcquired(waiter, failure, waited));
		}
	}

	void renewed(HeldLease lease) {
		if (!isEmpty()) {
			tell((listener) -> listener.renewed(lease));
		}
	}

	void renewalFailed(HeldLease lease, @Nullable Throwable failure) {
		if (!isEmpty()) {
			tell((listener) -> listener.renewalFailed(lease, failure));
		}
	}

	void released(HeldLease lease, ReleaseOutcome outcome) {
		if (!isEmpty() && lease.endIsToBeTold()) {
			Duration held = since(lease.acquiredAt());
			tell((listener) -> listener.released(lease, outcome, held));
		}
	}

	void lost(HeldLease lease, String reason) {
		if (!isEmpty() && lease.endIsToBeTold()) {
			Duration held = since(lease.acquiredAt());
			tell((listener) -> listener.lost(lease, reason, held));
		}
	}

	void storeFailed(LockStoreException failure) {
		tell((listener) -> listener.storeFailed(failure));
	}

	void storeDegraded(LockStoreException failure) {
		tell((listener) -> listener.storeDegraded(failure));
	}

	void storeRecovered(Duration outage) {
		tell((listener) -> listener.storeRecovered(outage));
	}

	private Duration since(long start) {
		return Duration.ofNanos(this.clock.nanoTime() - start);
	}

	private void tell(Consumer<LockListener> event) {
		for (LockListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			catch (Throwable ex) {
				failed(listener, ex);
			}
		}
	}

	private void failed(LockListener listener, Throwable failure) {
		String message = "%s has failed, which has no effect on locks".formatted(listener.getClass().getName());
		if (this.warned.compareAndSet(false, true)) {
			logger.warn(message, failure);
		}
		else {
			logger.debug(message, failure);
		}
	}

}
