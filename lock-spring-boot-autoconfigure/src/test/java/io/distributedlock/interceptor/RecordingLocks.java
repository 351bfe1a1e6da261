package io.distributedlock.interceptor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import io.distributedlock.LockHolder;
import io.distributedlock.LockLease;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Locks that record what happens to them.
 */
class RecordingLocks implements LockOperations {

	private final List<String> events = new ArrayList<>();

	private final List<LockSpec> specs = new ArrayList<>();

	private final Set<String> heldByOthers = new HashSet<>();

	private final Set<String> failingReleases = new HashSet<>();

	/**
	 * Create a proxy that is a subclass and uses these locks.
	 */
	@SuppressWarnings("unchecked")
	<T> T proxy(T target) {
		return (T) proxy(target, true);
	}

	/**
	 * Create a proxy that uses these locks, by the same steps as Spring.
	 */
	Object proxy(Object target, boolean proxyTargetClass) {
		BeanFactoryLockOperationSourceAdvisor advisor = advisor();
		assertThat(AopUtils.canApply(advisor, target.getClass())).isTrue();
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(proxyTargetClass);
		factory.addAdvisor(advisor);
		return factory.getProxy();
	}

	BeanFactoryLockOperationSourceAdvisor advisor() {
		BeanFactoryLockOperationSourceAdvisor advisor = new BeanFactoryLockOperationSourceAdvisor(() -> this);
		advisor.setBeanFactory(new DefaultListableBeanFactory());
		return advisor;
	}

	void holdElsewhere(String key) {
		this.heldByOthers.add(key);
	}

	void failToRelease(String key) {
		this.failingReleases.add(key);
	}

	void record(String event) {
		this.events.add(event);
	}

	List<String> events() {
		return this.events;
	}

	List<LockSpec> specs() {
		return this.specs;
	}

	LockSpec spec() {
		assertThat(this.specs).hasSize(1);
		return this.specs.get(0);
	}

	@Override
	public LockLease acquire(LockSpec spec) {
		return tryAcquire(spec).orElseThrow(() -> new LockNotAcquiredException(spec.key(), Duration.ZERO,
				new LockHolder("other", "host", 1, null)));
	}

	@Override
	public Optional<LockLease> tryAcquire(LockSpec spec) {
		this.specs.add(spec);
		if (this.heldByOthers.contains(spec.key())) {
			this.events.add("busy " + spec.key());
			return Optional.empty();
		}
		this.events.add("lock " + spec.key());
		return Optional.of(new RecordingLease(spec));
	}

	@Override
	public void ensureNoneLost() {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletableFuture<LockLease> acquireAsync(LockSpec spec) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletableFuture<Optional<LockLease>> tryAcquireAsync(LockSpec spec) {
		throw new UnsupportedOperationException();
	}

	private final class RecordingLease implements LockLease {

		private final LockSpec spec;

		RecordingLease(LockSpec spec) {
			this.spec = spec;
		}

		@Override
		public String key() {
			return this.spec.key();
		}

		@Override
		public String name() {
			return this.spec.name();
		}

		@Override
		public ReleaseOutcome release() {
			RecordingLocks.this.events.add("unlock " + key());
			if (RecordingLocks.this.failingReleases.contains(key())) {
				throw new IllegalStateException("Release of " + key() + " failed");
			}
			return ReleaseOutcome.RELEASED;
		}

		@Override
		public CompletionStage<ReleaseOutcome> releaseAsync() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void detach() {
			throw new UnsupportedOperationException();
		}

		@Override
		public long fencingToken() {
			throw new UnsupportedOperationException();
		}

		@Override
		public Duration remainingValidity() {
			throw new UnsupportedOperationException();
		}

		@Override
		public boolean isHeld() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void ensureHeld() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void onLost(Consumer<? super LockLease> callback) {
			throw new UnsupportedOperationException();
		}

		@Override
		public boolean extend(Duration ttl) {
			throw new UnsupportedOperationException();
		}

	}

}
