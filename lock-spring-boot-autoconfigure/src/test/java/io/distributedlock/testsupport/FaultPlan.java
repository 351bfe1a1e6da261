package io.distributedlock.testsupport;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.distributedlock.testsupport.FaultRule.Action;
import org.jspecify.annotations.Nullable;

/**
 * The faults a {@link FaultProxy} causes at the moment. Whoever waits because of a fault
 * notices when it ends.
 */
final class FaultPlan {

	private final List<FaultRule> rules = new CopyOnWriteArrayList<>();

	private volatile Mode mode = Mode.PASS;

	private Duration delay = Duration.ZERO;

	synchronized void set(Mode mode, Duration delay) {
		this.mode = mode;
		this.delay = delay;
		notifyAll();
	}

	synchronized void clear() {
		this.rules.clear();
		set(Mode.PASS, Duration.ZERO);
	}

	void add(FaultRule rule) {
		this.rules.add(rule);
	}

	/**
	 * Return the first rule that matches the request.
	 */
	@Nullable FaultRule match(String request) {
		return this.rules.stream().filter((rule) -> rule.request().test(request)).findFirst().orElse(null);
	}

	boolean is(Mode mode) {
		return this.mode == mode;
	}

	/**
	 * Wait while everything is frozen.
	 * @param cancelled ends the wait; after a change call {@link #signal()}
	 */
	synchronized void awaitThaw(BooleanSupplier cancelled) throws InterruptedException {
		while (this.mode == Mode.FREEZE && !cancelled.getAsBoolean()) {
			wait();
		}
	}

	/**
	 * Wait until a reply may be passed on.
	 * @param arrival when it came, by {@link System#nanoTime()}
	 * @param rule the rule for its request
	 * @param cancelled ends the wait; after a change call {@link #signal()}
	 */
	synchronized void awaitDue(long arrival, @Nullable FaultRule rule, BooleanSupplier cancelled)
			throws InterruptedException {
		awaitThaw(cancelled);
		long remaining = arrival + delay(rule) - System.nanoTime();
		while (remaining > 0 && !cancelled.getAsBoolean()) {
			TimeUnit.NANOSECONDS.timedWait(this, remaining);
			awaitThaw(cancelled);
			remaining = arrival + delay(rule) - System.nanoTime();
		}
	}

	synchronized void signal() {
		notifyAll();
	}

	private long delay(@Nullable FaultRule rule) {
		boolean ruled = rule != null && rule.action() == Action.DELAY_REPLY && this.rules.contains(rule);
		return Math.max(this.delay.toNanos(), ruled ? rule.delay().toNanos() : 0);
	}

	/**
	 * What happens to all traffic.
	 */
	enum Mode {

		PASS, DELAY_REPLIES, DROP_REPLIES, DROP_REQUESTS, FREEZE

	}

}
