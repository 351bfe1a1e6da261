package io.distributedlock.metrics;

import java.util.Locale;
import java.util.function.Supplier;

import io.distributedlock.LockFailure;
import io.distributedlock.LockFailureListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts the calls of locked methods whose locks were not acquired, by what became of
 * them: above all those that ran without their lock.
 *
 * @since 1.0
 */
public final class LockFailureMeters implements LockFailureListener {

	private final MeterRegistry registry;

	private final Supplier<String> mode;

	private final LockNames names = new LockNames();

	/**
	 * Create meters.
	 * @param registry where they are registered
	 * @param mode returns the kind of the store
	 */
	public LockFailureMeters(MeterRegistry registry, Supplier<String> mode) {
		this.registry = registry;
		this.mode = mode;
	}

	@Override
	public void onFailure(LockFailure failure) {
		Counter.builder("distributed.lock.failures")
			.tags("mode", this.mode.get(), "name", this.names.bounded(failure.lockName()), "outcome",
					failure.outcome().name().toLowerCase(Locale.ROOT))
			.description("Calls of locked methods whose lock was not acquired")
			.register(this.registry)
			.increment();
	}

}
