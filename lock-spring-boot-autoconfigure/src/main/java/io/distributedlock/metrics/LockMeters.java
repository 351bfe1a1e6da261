package io.distributedlock.metrics;

import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meters of locks that are no observations. None of them has a key of a lock as a
 * tag, and the number of names is bounded.
 *
 * @since 1.0
 */
public final class LockMeters implements MeterBinder {

	private final LockStatistics statistics;

	private final Supplier<String> mode;

	/**
	 * Create meters.
	 * @param statistics what they show
	 * @param mode returns the kind of the store
	 */
	public LockMeters(LockStatistics statistics, Supplier<String> mode) {
		this.statistics = statistics;
		this.mode = mode;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Tags tags = Tags.of("mode", this.mode.get());
		storeErrors(registry, tags.and("error", "unavailable"), LockStatistics::storeUnavailable);
		storeErrors(registry, tags.and("error", "refused"), LockStatistics::storeRefusals);
		this.statistics.forEachName((name) -> bind(registry, tags.and("name", name.name()), name));
	}

	private void storeErrors(MeterRegistry registry, Tags tags, ToDoubleFunction<LockStatistics> value) {
		FunctionCounter.builder("distributed.lock.store.errors", this.statistics, value)
			.tags(tags)
			.description("Calls of the lock store that failed")
			.register(registry);
	}

	private static void bind(MeterRegistry registry, Tags tags, LockStatistics.OfName statistics) {
		Gauge.builder("distributed.lock.active", statistics, LockStatistics.OfName::active)
			.tags(tags)
			.description("Locks that this instance holds")
			.register(registry);
		Gauge.builder("distributed.lock.waiting", statistics, LockStatistics.OfName::waiting)
			.tags(tags)
			.description("Callers of this instance that ask or wait for a lock")
			.register(registry);
		counter(registry, "distributed.lock.lost", tags, statistics, LockStatistics.OfName::lost,
				"Locks that ended before they were released");
		String renewals = "Renewals of locks";
		counter(registry, "distributed.lock.renewals", tags.and("outcome", "renewed"), statistics,
				LockStatistics.OfName::renewals, renewals);
		counter(registry, "distributed.lock.renewals", tags.and("outcome", "failed"), statistics,
				LockStatistics.OfName::failedRenewals, renewals);
		String handOvers = "Locks that were taken over from another holder without ever being free";
		counter(registry, "distributed.lock.handovers", tags.and("type", "local"), statistics,
				LockStatistics.OfName::localHandOvers, handOvers);
		counter(registry, "distributed.lock.handovers", tags.and("type", "remote"), statistics,
				LockStatistics.OfName::remoteHandOvers, handOvers);
	}

	private static void counter(MeterRegistry registry, String meter, Tags tags, LockStatistics.OfName statistics,
			ToDoubleFunction<LockStatistics.OfName> value, String description) {
		FunctionCounter.builder(meter, statistics, value).tags(tags).description(description).register(registry);
	}

}
