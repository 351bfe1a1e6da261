package io.distributedlock.interceptor;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.distributedlock.LockFailureHandler;
import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.memory.MemoryLockStore;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances of an application that share locks: the methods of one are under test,
 * the other one looks on.
 */
public class TwoInstances {

	static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(2);

	final RemoteStore store;

	final LockTemplate here;

	final LockTemplate there;

	volatile @Nullable LockFailureHandler failureHandler;

	TwoInstances() {
		MemoryLockStore locks = new MemoryLockStore();
		this.store = new RemoteStore(locks);
		this.here = new LockTemplate(this.store, settings("here"));
		this.there = new LockTemplate(new RemoteStore(locks), settings("there"));
		this.here.start();
		this.there.start();
	}

	private static LockSettings settings(String application) {
		LockSettings defaults = LockSettings.defaults();
		return new LockSettings(application, Duration.ofSeconds(10), Duration.ofSeconds(5), true, null,
				ReleaseMode.SYNC, RELEASE_TIMEOUT, Duration.ofSeconds(2), defaults.localHandovers());
	}

	void stop() {
		this.here.stop();
		this.there.stop();
	}

	/**
	 * Create a proxy that locks its methods here.
	 * @param inner advice inside the lock
	 */
	<T> T proxy(T target, Advisor... inner) {
		return proxy(target, () -> this.here, inner);
	}

	/**
	 * Create a proxy that locks its methods with the given locks.
	 * @param inner advice inside the lock
	 */
	@SuppressWarnings("unchecked")
	<T> T proxy(T target, Supplier<LockOperations> locks, Advisor... inner) {
		BeanFactoryLockOperationSourceAdvisor advisor = new BeanFactoryLockOperationSourceAdvisor(locks);
		advisor.setBeanFactory(new DefaultListableBeanFactory());
		advisor.setFailureHandler(() -> this.failureHandler);
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(true);
		factory.addAdvisor(advisor);
		factory.addAdvisors(inner);
		return (T) factory.getProxy();
	}

	LockLease holdThere(String key) {
		return this.there.acquire(once(key));
	}

	/**
	 * Return whether a lock is free, on whatever thread this is, and whatever locks that
	 * thread holds.
	 */
	boolean isFree(String key) {
		Optional<LockLease> lease = this.there.tryAcquireAsync(once(key)).join();
		lease.ifPresent((free) -> free.releaseAsync().toCompletableFuture().join());
		return lease.isPresent();
	}

	void assertFree(String... keys) {
		assertThat(keys).allMatch(this::isFree);
	}

	/**
	 * Wait until locks are free, and check that they remain so.
	 */
	void awaitFree(String... keys) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.pollInterval(Duration.ofMillis(2))
			.during(Duration.ofMillis(50))
			.until(() -> Stream.of(keys).allMatch(this::isFree));
	}

	void assertHeld(String... keys) {
		assertThat(keys).noneMatch(this::isFree);
	}

	private static LockSpec once(String key) {
		return LockSpec.of(key).withWaitTime(Duration.ZERO);
	}

}
