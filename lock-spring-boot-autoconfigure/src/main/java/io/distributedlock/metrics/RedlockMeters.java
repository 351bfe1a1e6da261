package io.distributedlock.metrics;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import io.distributedlock.redis.redlock.RedlockLockStore;
import io.distributedlock.redis.redlock.RedlockNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * The meters of the nodes of a quorum.
 *
 * @since 1.0
 */
public final class RedlockMeters implements MeterBinder {

	private final RedlockLockStore store;

	/**
	 * Create meters.
	 * @param store the store whose nodes they show
	 */
	public RedlockMeters(RedlockLockStore store) {
		this.store = store;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge.builder("distributed.lock.redlock.quorum.margin", this.store, RedlockLockStore::quorumMargin)
			.description("Nodes that may fail before no lock can be acquired; if negative, so many are missing")
			.register(registry);
		this.store.addresses().forEach((address) -> bind(registry, address));
	}

	private void bind(MeterRegistry registry, String address) {
		Tags tags = Tags.of("node", address);
		for (RedlockNode.State state : RedlockNode.State.values()) {
			gauge(registry, "distributed.lock.redlock.node.state",
					tags.and("state", state.name().toLowerCase(Locale.ROOT)), address,
					(node) -> (node.state() == state) ? 1 : 0, "1 for the state that the node is in");
		}
		time(registry, "distributed.lock.redlock.node.skew", tags, address, RedlockNode::clockSkew,
				"By how much the clock of the node is ahead");
		time(registry, "distributed.lock.redlock.node.roundtrip", tags, address, RedlockNode::roundTrip,
				"How long the latest question to the node took");
	}

	private void gauge(MeterRegistry registry, String meter, Tags tags, String address,
			ToDoubleFunction<RedlockNode> value, String description) {
		Gauge.builder(meter, this.store, (store) -> value(store, address, value))
			.tags(tags)
			.description(description)
			.register(registry);
	}

	private void time(MeterRegistry registry, String meter, Tags tags, String address,
			Function<RedlockNode, @Nullable Duration> value, String description) {
		TimeGauge
			.builder(meter, this.store, TimeUnit.NANOSECONDS,
					(store) -> value(store, address, (node) -> nanos(value.apply(node))))
			.tags(tags)
			.description(description)
			.register(registry);
	}

	private static double nanos(@Nullable Duration duration) {
		return (duration != null) ? duration.toNanos() : Double.NaN;
	}

	private static double value(RedlockLockStore store, String address, ToDoubleFunction<RedlockNode> value) {
		return store.nodes()
			.stream()
			.filter((node) -> node.address().equals(address))
			.mapToDouble(value)
			.findFirst()
			.orElse(Double.NaN);
	}

}
