package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import io.distributedlock.LockSpec;
import io.distributedlock.interceptor.BeanFactoryLockOperationSourceAdvisor;
import io.distributedlock.interceptor.LockOverride;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * The properties of the advisor, read one by one: the bean of all properties must not be
 * created as early as the advisor is.
 */
final class LockAdvisorProperties {

	private static final String PREFIX = "distributed-lock.";

	private final Binder binder;

	private final Environment environment;

	LockAdvisorProperties(Environment environment) {
		this.binder = Binder.get(environment);
		this.environment = environment;
	}

	/**
	 * Set up an advisor.
	 */
	void applyTo(BeanFactoryLockOperationSourceAdvisor advisor) {
		this.binder.bind(PREFIX + "advisor-order", Integer.class).ifBound(advisor::setOrder);
		advisor.setLogContext(isMdc());
		advisor.setLenient(validation() == DistributedLockProperties.Validation.WARN);
		advisor.setOverrides(overrides());
		if (OnRedlockNodesCondition.isPresent(this.environment)) {
			advisor.setMaxTtl(
					this.binder.bindOrCreate(PREFIX + "redlock", DistributedLockProperties.Redlock.class).getMaxTtl());
		}
	}

	private boolean isMdc() {
		boolean mdc = this.binder.bind(PREFIX + "mdc", Boolean.class).orElse(false);
		boolean present = ClassUtils.isPresent("org.slf4j.MDC", null);
		PropertyCheck.isTrue(!mdc || present, "mdc", mdc, "It needs SLF4J, which is not on the classpath.");
		return mdc;
	}

	private DistributedLockProperties.Validation validation() {
		return this.binder.bind(PREFIX + "validation", DistributedLockProperties.Validation.class)
			.orElse(DistributedLockProperties.Validation.FAIL);
	}

	private Map<String, LockOverride> overrides() {
		Map<String, LockOverride> overrides = new TreeMap<>();
		this.binder.bind(PREFIX + "locks", Bindable.mapOf(String.class, DistributedLockProperties.Lock.class))
			.ifBound((locks) -> locks.forEach((name, lock) -> overrides.put(name, override(name, lock))));
		return overrides;
	}

	private static LockOverride override(String name, DistributedLockProperties.Lock lock) {
		check(name, "ttl", lock.getTtl(), LockSpec.MIN_TTL);
		check(name, "wait-time", lock.getWaitTime(), Duration.ZERO);
		check(name, "max-hold", lock.getMaxHold(), LockSpec.MIN_TTL);
		check(name, "min-hold", lock.getMinHold(), LockSpec.MIN_TTL);
		return new LockOverride(lock.getEnabled(), lock.getTtl(), lock.getWaitTime(), lock.getRenew(),
				lock.getMaxHold(), lock.getMinHold(), lock.getFair(), lock.getOnContention(), lock.getOnStoreFailure(),
				lock.getOnLost());
	}

	private static void check(String name, String property, @Nullable Duration value, Duration min) {
		if (value != null) {
			PropertyCheck.duration("locks.%s.%s".formatted(name, property), value, min);
		}
	}

}
