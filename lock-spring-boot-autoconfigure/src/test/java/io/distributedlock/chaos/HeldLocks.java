package io.distributedlock.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;

/**
 * Many locks that one client holds for as long as it likes.
 */
final class HeldLocks {

	private static final int AT_A_TIME = 500;

	private static final Duration WAIT_TIME = Duration.ofSeconds(30);

	private final LockOperations locks;

	private final List<LockLease> leases = new ArrayList<>();

	private final AtomicInteger lost = new AtomicInteger();

	HeldLocks(LockOperations locks) {
		this.locks = locks;
	}

	void acquire(String prefix, int count) {
		for (int i = 0; i < count; i += AT_A_TIME) {
			List<CompletableFuture<LockLease>> pending = IntStream.range(i, Math.min(i + AT_A_TIME, count))
				.mapToObj((number) -> this.locks.acquireAsync(LockSpec.of(prefix + number).withWaitTime(WAIT_TIME)))
				.toList();
			pending.forEach((future) -> {
				LockLease lease = future.join();
				lease.onLost((ended) -> this.lost.incrementAndGet());
				this.leases.add(lease);
			});
		}
	}

	long held() {
		return this.leases.stream().filter(LockLease::isHeld).count();
	}

	int lost() {
		return this.lost.get();
	}

	void release() {
		for (int i = 0; i < this.leases.size(); i += AT_A_TIME) {
			this.leases.subList(i, Math.min(i + AT_A_TIME, this.leases.size()))
				.stream()
				.map(LockLease::releaseAsync)
				.toList()
				.forEach((release) -> release.toCompletableFuture().join());
		}
		this.leases.clear();
	}

}
