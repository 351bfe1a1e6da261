package io.distributedlock.engine;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.memory.MemoryLockStore;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockPage;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.RenewReply;
import io.distributedlock.store.StoreStatus;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A store that fails and hangs on demand.
 */
final class ControlledStore implements LockStore {

	/**
	 * What becomes of an operation.
	 */
	enum Fate {

		PASS,

		/**
		 * It does not reach the store, and the caller is told that the outcome is
		 * unknown.
		 */
		LOSE_REQUEST,

		/**
		 * It takes effect, but the caller is told that the outcome is unknown.
		 */
		LOSE_REPLY,

		/**
		 * It takes effect, but there is no answer until {@link #answerAll()}.
		 */
		DELAY_REPLY,

		/**
		 * It takes effect, and is answered, only with {@link #answerAll()}: it has been
		 * overtaken by what was called after it.
		 */
		DELAY_REQUEST,

		REFUSE

	}

	private static final Log logger = LogFactory.getLog(ControlledStore.class);

	final MemoryLockStore locks = new MemoryLockStore();

	final Queue<LeaseRequest> acquisitions = new ConcurrentLinkedQueue<>();

	final Queue<List<LeaseRequest>> rechecks = new ConcurrentLinkedQueue<>();

	final Queue<List<LeaseRequest>> renewals = new ConcurrentLinkedQueue<>();

	final AtomicInteger releases = new AtomicInteger();

	/**
	 * Whether it can queue an owner that finds a lock busy.
	 */
	volatile boolean queues = true;

	volatile Fate acquire = Fate.PASS;

	volatile Fate renew = Fate.PASS;

	volatile Fate release = Fate.PASS;

	/**
	 * What becomes of the messages that tell of a grant.
	 */
	volatile Fate grant = Fate.PASS;

	/**
	 * What becomes of the messages that tell of a forced release.
	 */
	volatile Fate revocation = Fate.PASS;

	/**
	 * How often the store was told to listen.
	 */
	final AtomicInteger listens = new AtomicInteger();

	/**
	 * The listener of the engine, to be told of grants that were never made.
	 */
	volatile @Nullable GrantListener engine;

	volatile boolean unsureOfRenewal;

	volatile LockStoreException startFailure;

	/**
	 * When it is ready, if that is not at once.
	 */
	volatile @Nullable CompletionStage<Void> started;

	private final Queue<Runnable> delayed = new ConcurrentLinkedQueue<>();

	@Override
	public CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue) {
		this.acquisitions.add(request);
		return apply(this.acquire, () -> this.locks.acquire(request, enqueue && this.queues));
	}

	@Override
	public CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests) {
		this.acquisitions.addAll(requests);
		this.rechecks.add(requests);
		return apply(this.acquire, () -> this.locks.recheck(requests));
	}

	@Override
	public CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests) {
		this.renewals.add(requests);
		CompletionStage<List<RenewReply>> answer = apply(this.renew, () -> this.locks.renew(requests));
		return answer.thenApply((replies) -> replies.stream()
			.map((reply) -> this.unsureOfRenewal ? RenewReply.UNKNOWN : reply)
			.toList());
	}

	@Override
	public CompletionStage<Boolean> release(LeaseRequest request) {
		this.releases.incrementAndGet();
		return apply(this.release, () -> this.locks.release(request));
	}

	@Override
	public CompletionStage<LockState> inspect(String key) {
		return this.locks.inspect(key);
	}

	@Override
	public CompletionStage<LockPage> scan(@Nullable String cursor, int size) {
		return this.locks.scan(cursor, size);
	}

	@Override
	public CompletionStage<LockState> forceRelease(String key) {
		return this.locks.forceRelease(key);
	}

	@Override
	public CompletionStage<StoreStatus> status() {
		return this.locks.status();
	}

	@Override
	public void listen() {
		this.listens.incrementAndGet();
	}

	@Override
	public String mode() {
		return "controlled";
	}

	private <T> CompletionStage<T> apply(Fate fate, Supplier<CompletionStage<T>> operation) {
		return switch (fate) {
			case PASS -> operation.get();
			case LOSE_REQUEST -> CompletableFuture.failedStage(new LockStoreUnavailableException("request lost", null));
			case LOSE_REPLY -> {
				operation.get();
				yield CompletableFuture.failedStage(new LockStoreUnavailableException("reply lost", null));
			}
			case DELAY_REPLY -> {
				CompletableFuture<T> answer = new CompletableFuture<>();
				CompletionStage<T> result = operation.get();
				this.delayed.add(() -> result.thenAccept(answer::complete));
				yield answer;
			}
			case DELAY_REQUEST -> {
				CompletableFuture<T> answer = new CompletableFuture<>();
				this.delayed.add(() -> operation.get().thenAccept(answer::complete));
				yield answer;
			}
			case REFUSE -> CompletableFuture.failedStage(new LockStoreException("refused", null));
		};
	}

	void answerAll() {
		for (Runnable answer = this.delayed.poll(); answer != null; answer = this.delayed.poll()) {
			answer.run();
		}
	}

	String holder(String key) {
		return this.locks.inspect(key).toCompletableFuture().join().holder();
	}

	@Override
	public CompletionStage<Void> start(String instance, GrantListener listener) {
		this.engine = listener;
		CompletionStage<Void> ready = this.locks.start(instance, new GrantListener() {

			@Override
			public void granted(String owner, long fencingToken) {
				switch (ControlledStore.this.grant) {
					case PASS -> listener.granted(owner, fencingToken);
					case DELAY_REPLY -> ControlledStore.this.delayed.add(() -> listener.granted(owner, fencingToken));
					default -> logger.debug("Lost the grant of " + owner);
				}
			}

			@Override
			public void hinted(String owner) {
				listener.hinted(owner);
			}

			@Override
			public void revoked(String owner) {
				if (ControlledStore.this.revocation == Fate.PASS) {
					listener.revoked(owner);
				}
			}

			@Override
			public void missed() {
				listener.missed();
			}

		});
		LockStoreException failure = this.startFailure;
		if (failure != null) {
			return CompletableFuture.failedStage(failure);
		}
		return (this.started != null) ? this.started : ready;
	}

	@Override
	public void stop() {
		this.locks.stop();
	}

}
