package io.distributedlock.interceptor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.distributedlock.LockException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockLostException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The locks of one subscription to a publisher. They belong to no thread; subscriptions
 * inside it find them in their context, and enter them again.
 * <p>
 * A subscription may be cancelled at any moment: whatever comes first, the locks or their
 * release, nothing is left behind.
 */
final class SubscriptionLocks {

	private static final Object CONTEXT_KEY = SubscriptionLocks.class;

	private final LockCall call;

	private final Map<String, SharedLease> outer;

	/**
	 * What is held, in the order in which it was acquired, or null after the release.
	 */
	private final AtomicReference<@Nullable List<SharedLease>> held = new AtomicReference<>(List.of());

	private volatile @Nullable LockException reason;

	private SubscriptionLocks(LockCall call, Map<String, SharedLease> outer) {
		this.call = call;
		this.outer = outer;
	}

	/**
	 * Acquire the locks of a call for one subscription.
	 * @param operations the locks
	 * @param call the call
	 * @param context the context of the subscription
	 * @return the locks, to be released, or the reason why they are not held
	 */
	static Mono<SubscriptionLocks> acquire(LockOperations operations, LockCall call, ContextView context) {
		Map<String, SharedLease> outer = context.hasKey(CONTEXT_KEY) ? context.get(CONTEXT_KEY) : Map.of();
		return Mono.create((sink) -> new SubscriptionLocks(call, outer).acquire(operations, sink));
	}

	private void acquire(LockOperations operations, MonoSink<SubscriptionLocks> sink) {
		CompletableFuture<?> acquisition;
		try {
			acquisition = begin(operations, enterOuter());
		}
		catch (LockException ex) {
			fail(ex);
			sink.success(this);
			return;
		}
		catch (RuntimeException ex) {
			discard();
			throw ex;
		}
		sink.onCancel(() -> {
			acquisition.cancel(true);
			discard();
		});
		follow(acquisition, sink);
	}

	/**
	 * Enter those locks that a subscription around this one holds.
	 * @return what else there is to acquire
	 */
	private List<LockSpec> enterOuter() {
		List<LockSpec> missing = new ArrayList<>();
		for (LockSpec spec : this.call.specs()) {
			SharedLease lease = this.outer.get(spec.key());
			if (lease != null && lease.enter(spec)) {
				add(List.of(lease));
			}
			else {
				missing.add(spec);
			}
		}
		return missing;
	}

	private static CompletableFuture<?> begin(LockOperations operations, List<LockSpec> missing) {
		if (missing.isEmpty()) {
			return CompletableFuture.completedFuture(null);
		}
		return (missing.size() == 1) ? operations.acquireAsync(missing.get(0)) : operations.acquireAllAsync(missing);
	}

	private void follow(CompletionStage<?> acquisition, MonoSink<SubscriptionLocks> sink) {
		acquisition.whenComplete((acquired, failure) -> {
			if (failure == null) {
				add(shared(acquired));
				sink.success(this);
			}
			else if (failure instanceof LockException notAcquired) {
				fail(notAcquired);
				sink.success(this);
			}
			else if (!(failure instanceof CancellationException)) {
				discard();
				sink.error(failure);
			}
		});
	}

	private List<SharedLease> shared(@Nullable Object acquired) {
		if (acquired instanceof LockLeases leases) {
			return leases.asList().stream().map(this::shared).toList();
		}
		return (acquired instanceof LockLease lease) ? List.of(shared(lease)) : List.of();
	}

	private SharedLease shared(LockLease lease) {
		return new SharedLease(lease, this.call.request(lease.key()).orElseThrow().spec());
	}

	private void add(List<SharedLease> acquired) {
		List<SharedLease> before;
		List<SharedLease> after;
		do {
			before = this.held.get();
			if (before == null) {
				leaveAll(acquired, false);
				return;
			}
			after = new ArrayList<>(before);
			after.addAll(acquired);
		}
		while (!this.held.compareAndSet(before, after));
	}

	private void fail(LockException reason) {
		this.reason = reason;
		discard();
	}

	/**
	 * Return why the locks are not held.
	 * @return the reason, or null if they are held
	 */
	@Nullable LockException reason() {
		return this.reason;
	}

	/**
	 * Return what is held.
	 * @return a {@link LockLease} or {@link LockLeases}, in the order of the keys
	 */
	Object leases() {
		Map<String, SharedLease> byKey = byKey(Map.of());
		List<LockLease> leases = this.call.specs()
			.stream()
			.map((spec) -> byKey.get(spec.key()))
			.filter((lease) -> lease != null)
			.map(SharedLease::lease)
			.toList();
		return (leases.size() == 1) ? leases.get(0) : LockLeases.of(leases);
	}

	/**
	 * Let subscriptions inside this one know what is held.
	 * @param context their context
	 * @return the context with the locks
	 */
	Context addTo(Context context) {
		return context.put(CONTEXT_KEY, byKey(this.outer));
	}

	private Map<String, SharedLease> byKey(Map<String, SharedLease> others) {
		Map<String, SharedLease> byKey = new HashMap<>(others);
		heldNow().forEach((lease) -> byKey.put(lease.lease().key(), lease));
		return byKey;
	}

	private Collection<SharedLease> heldNow() {
		List<SharedLease> current = this.held.get();
		return (current != null) ? current : List.of();
	}

	/**
	 * React when a lock is lost of which the annotation says that the call is to end
	 * then.
	 * @param reaction what to do, on a thread that must not be blocked
	 */
	void onLost(Consumer<LockLostException> reaction) {
		Collection<SharedLease> leases = heldNow();
		for (SharedLease lease : leases) {
			String key = lease.lease().key();
			if (this.call.endsWhenLost(key)) {
				lease.onLost(this, () -> reaction.accept(LockCall.lost(key)));
			}
		}
		if (this.held.get() == null) {
			// Released meanwhile, perhaps before this began to react
			leases.forEach((lease) -> lease.forget(this));
		}
	}

	/**
	 * Release all locks, or leave those that others hold, too. Once is enough.
	 * @return a stage that completes when that is done
	 */
	CompletionStage<?> release() {
		return leave(true);
	}

	/**
	 * Give back all locks before anything was done under them.
	 */
	private void discard() {
		leave(false);
	}

	private CompletionStage<?> leave(boolean used) {
		List<SharedLease> last = this.held.getAndSet(null);
		return (last != null) ? leaveAll(last, used) : CompletableFuture.completedStage(null);
	}

	private CompletionStage<?> leaveAll(List<SharedLease> leases, boolean used) {
		CompletableFuture<?>[] left = new CompletableFuture<?>[leases.size()];
		for (int i = leases.size() - 1; i >= 0; i--) {
			leases.get(i).forget(this);
			left[i] = leases.get(i).leave(used).toCompletableFuture();
		}
		return CompletableFuture.allOf(left);
	}

}
