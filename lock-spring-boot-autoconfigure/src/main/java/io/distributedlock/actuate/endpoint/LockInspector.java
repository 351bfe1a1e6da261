package io.distributedlock.actuate.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

import io.distributedlock.LockHolder;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.engine.LockActivity;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.metrics.HotKeys;
import io.distributedlock.metrics.LockStatistics;
import io.distributedlock.store.LockPage;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.StoreStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * Looks at locks and describes them, without anything that is secret.
 *
 * @since 1.0
 */
public final class LockInspector {

	static final int MAX_SIZE = LockStore.MAX_PAGE_SIZE;

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private final LockTemplate template;

	private final LockStatistics statistics;

	private final HotKeys hotKeys;

	/**
	 * Create an inspector.
	 * @param template the locks
	 * @param statistics what has happened to them
	 * @param hotKeys the keys that were waited for
	 */
	public LockInspector(LockTemplate template, LockStatistics statistics, HotKeys hotKeys) {
		this.template = template;
		this.statistics = statistics;
		this.hotKeys = hotKeys;
	}

	LockDescriptors.Instance instance(int size) {
		LockActivity activity = this.template.activity(size);
		Instant now = Instant.now();
		return new LockDescriptors.Instance(this.template.store().mode(), store(activity), totals(activity),
				activity.holds().stream().map((hold) -> describe(hold, now)).toList(),
				activity.waits().stream().map((wait) -> describe(wait, now)).toList());
	}

	private LockDescriptors.Store store(LockActivity activity) {
		LockStoreException outage = activity.outage();
		StoreStatus status;
		try {
			status = await(() -> this.template.store().status());
		}
		catch (LockStoreException ex) {
			status = new StoreStatus(Map.of(), List.of("The state of the servers is not known: " + ex.getMessage()));
		}
		return new LockDescriptors.Store((outage != null) ? "degraded" : "up",
				(outage != null) ? outage.getMessage() : null, status.details(), status.warnings());
	}

	private LockDescriptors.Totals totals(LockActivity activity) {
		return new LockDescriptors.Totals(activity.holding(), activity.waiting(), sum(LockStatistics.OfName::acquired),
				sum(LockStatistics.OfName::notAcquired), sum(LockStatistics.OfName::lost),
				sum(LockStatistics.OfName::renewals), sum(LockStatistics.OfName::failedRenewals),
				sum(LockStatistics.OfName::localHandOvers), sum(LockStatistics.OfName::remoteHandOvers),
				this.statistics.storeUnavailable() + this.statistics.storeRefusals());
	}

	private long sum(ToLongFunction<LockStatistics.OfName> value) {
		return this.statistics.names().stream().mapToLong(value).sum();
	}

	private static LockDescriptors.Hold describe(LockActivity.Hold hold, Instant now) {
		return new LockDescriptors.Hold(hold.key(), hold.name(), hold.thread(), now.minus(hold.held()),
				hold.held().toMillis(), hold.remainingValidity().toMillis(), hold.fencingToken(), hold.renewals());
	}

	private static LockDescriptors.Wait describe(LockActivity.Wait wait, Instant now) {
		return new LockDescriptors.Wait(wait.key(), wait.name(), wait.thread(), now.minus(wait.waited()),
				wait.waited().toMillis(), wait.remaining().toMillis());
	}

	LockDescriptors.Page page(@Nullable String cursor, int size) {
		LockPage page;
		try {
			page = await(() -> this.template.store().scan(cursor, size));
		}
		catch (IllegalArgumentException ex) {
			String reason = String.valueOf(ex.getMessage());
			throw new InvalidEndpointRequestException(reason, reason);
		}
		return new LockDescriptors.Page(page.locks().stream().map(LockInspector::describe).toList(), page.cursor());
	}

	LockDescriptors.Hot hot(int limit) {
		return new LockDescriptors.Hot(this.hotKeys.top(limit)
			.stream()
			.map((hot) -> new LockDescriptors.HotKey(hot.key(), hot.name(), hot.waited().toMillis(),
					hot.error().toMillis(), hot.waits()))
			.toList());
	}

	LockDescriptors.Lock lock(String key) {
		return describe(await(() -> this.template.store().inspect(key)));
	}

	LockDescriptors.Lock forceRelease(String key) {
		return describe(await(() -> this.template.forceRelease(key)));
	}

	private static LockDescriptors.Lock describe(LockState state) {
		String holder = state.holder();
		LockHolder known = (holder != null) ? LockTemplate.describe(holder, state.heldFor()) : null;
		boolean fenced = known != null && state.fencingToken() >= LockStore.TOKENS_PER_GRANT;
		return new LockDescriptors.Lock(state.key(), holder != null, (known != null) ? owner(known) : null,
				(known != null) ? known.since() : null, state.remaining().toMillis(),
				fenced ? state.fencingToken() - LockStore.TOKENS_PER_GRANT + 1 : null,
				fenced ? state.fencingToken() : null, state.waiting(),
				state.waiters()
					.stream()
					.map((waiter) -> LockTemplate.describe(waiter, null))
					.filter(Objects::nonNull)
					.map(LockInspector::owner)
					.toList());
	}

	private static LockDescriptors.Owner owner(LockHolder known) {
		return new LockDescriptors.Owner(known.application(), known.host(), known.pid());
	}

	/**
	 * Call the store and wait for its answer, but not for long.
	 */
	private static <T> T await(Supplier<CompletionStage<T>> call) {
		try {
			return call.get().toCompletableFuture().get(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof LockStoreException failure) {
				throw failure;
			}
			throw new LockStoreException("The store has failed: " + ex.getCause(), ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new LockStoreUnavailableException(
					"The store gave no answer within %d ms".formatted(TIMEOUT.toMillis()), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new LockStoreUnavailableException("Interrupted while waiting for the store", ex);
		}
	}

}
