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

import io.distributedlock.LockException;
import io.distributedlock.LockFailure;
import io.distributedlock.LockFailureHandler;
import io.distributedlock.LockHolder;
import io.distributedlock.LockLease;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.util.function.SingletonSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Locks that record what happens to them.
 */
class RecordingLocks implements LockOperations {

	private final List<String> events = new ArrayList<>();

	private final List<LockSpec> specs = new ArrayList<>();

	private final Set<String> heldByOthers = new HashSet<>();

	private final Set<String> failingReleases = new HashSet<>();

	private final List<LockFailure> failures = new ArrayList<>();

	private boolean logContext;

	private @Nullable LockException failure;

	private @Nullable LockFailureHandler failureHandler;

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

	/**
	 * Create a proxy that is a subclass and handles failures in its own way.
	 */
	@SuppressWarnings("unchecked")
	<T> T proxy(T target, LockFailures failures, LockOperationSource source) {
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(true);
		factory.addAdvice(new LockInterceptor(source, failures, new BlockingExecution(
				new CallerLocks(SingletonSupplier.of(this), LockRelease.IMMEDIATE), LogContext.NONE)));
		return (T) factory.getProxy();
	}

	/**
	 * Let log messages tell of the locks of the method.
	 */
	void useLogContext() {
		this.logContext = true;
	}

	BeanFactoryLockOperationSourceAdvisor advisor() {
		BeanFactoryLockOperationSourceAdvisor advisor = new BeanFactoryLockOperationSourceAdvisor(() -> this);
		advisor.setLogContext(this.logContext);
		advisor.setFailureHandler(() -> this.failureHandler);
		advisor.setFailureListeners(() -> List.of(this.failures::add));
		advisor.setBeanFactory(new DefaultListableBeanFactory());
		return advisor;
	}

	void holdElsewhere(String key) {
		this.heldByOthers.add(key);
	}

	/**
	 * Let all acquisitions fail from now on.
	 */
	void fail(LockException failure) {
		this.failure = failure;
	}

	void handleFailures(LockFailureHandler handler) {
		this.failureHandler = handler;
	}

	/**
	 * What was told of calls whose locks were not acquired.
	 */
	List<LockFailure> failures() {
		return this.failures;
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
		if (this.failure != null) {
			throw this.failure;
		}
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

		private final long fencingToken = RecordingLocks.this.specs.size();

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
			return CompletableFuture.completedStage(release());
		}

		@Override
		public void detach() {
			throw new UnsupportedOperationException();
		}

		@Override
		public long fencingToken() {
			return this.fencingToken;
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

		@Override
		public String toString() {
			return "Lease of " + key();
		}

	}

}
