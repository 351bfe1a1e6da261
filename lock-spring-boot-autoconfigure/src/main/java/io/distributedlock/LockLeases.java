package io.distributedlock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The leases of locks that are held together: all of them, or none.
 * <p>
 * They are taken in the order of their keys, the same everywhere, so that two callers
 * that want the same locks in different order cannot wait for each other; and they are
 * released in the reverse order. {@link #close()} releases once.
 *
 * @since 1.0
 * @see LockOperations#acquireAll(Collection)
 */
public final class LockLeases implements AutoCloseable, Iterable<LockLease> {

	private final List<LockLease> leases;

	private LockLeases(List<LockLease> leases) {
		this.leases = leases;
	}

	/**
	 * Put leases together that are held already.
	 * @param leases the leases in the order in which they were acquired, at least one
	 * @return the leases
	 */
	public static LockLeases of(List<LockLease> leases) {
		if (leases.isEmpty()) {
			throw new IllegalArgumentException("'leases' must not be empty");
		}
		return new LockLeases(List.copyOf(leases));
	}

	/**
	 * Acquire locks one after the other, within the wait time of each of them since the
	 * start, or none of them.
	 */
	static LockLeases acquire(LockOperations operations, Collection<LockSpec> specs) {
		long start = System.nanoTime();
		List<LockLease> held = new ArrayList<>(specs.size());
		try {
			for (LockSpec spec : inOrder(specs)) {
				Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
				held.add(operations.acquire(held.isEmpty() ? spec : spec.withWaitTime(rest(spec, elapsed))));
			}
			return of(held);
		}
		catch (LockNotAcquiredException ex) {
			LockNotAcquiredException failure = new LockNotAcquiredException(ex.getKey(),
					Duration.ofNanos(System.nanoTime() - start), ex.getHolder());
			awaitAll(discardAll(held), failure);
			throw failure;
		}
		catch (Throwable ex) {
			awaitAll(discardAll(held), ex);
			throw ex;
		}
	}

	static Collection<LockSpec> inOrder(Collection<LockSpec> specs) {
		Map<String, LockSpec> byKey = new TreeMap<>();
		specs.forEach((spec) -> byKey.putIfAbsent(spec.key(), spec));
		return byKey.values();
	}

	static @Nullable Duration rest(LockSpec spec, Duration elapsed) {
		Duration waitTime = spec.waitTime();
		if (waitTime == null) {
			return null;
		}
		Duration rest = waitTime.minus(elapsed);
		return rest.isNegative() ? Duration.ZERO : rest;
	}

	/**
	 * Begin to give back leases under which nothing was done.
	 */
	static List<CompletionStage<ReleaseOutcome>> discardAll(List<LockLease> leases) {
		return endAll(leases, ThreadBoundLease::discardAsync);
	}

	/**
	 * Begin to end leases, the last one first, all of them whatever happens. All are sent
	 * to the store before the first answer is awaited, so that many take hardly longer
	 * than one, also if there is no answer.
	 */
	private static List<CompletionStage<ReleaseOutcome>> endAll(List<LockLease> leases,
			Function<LockLease, CompletionStage<ReleaseOutcome>> end) {
		List<CompletionStage<ReleaseOutcome>> ends = new ArrayList<>(leases.size());
		for (int i = leases.size() - 1; i >= 0; i--) {
			ends.add(end(leases.get(i), end));
		}
		return ends;
	}

	private static CompletionStage<ReleaseOutcome> end(LockLease lease,
			Function<LockLease, CompletionStage<ReleaseOutcome>> end) {
		try {
			return end.apply(lease);
		}
		catch (Throwable ex) {
			return CompletableFuture.failedStage(ex);
		}
	}

	/**
	 * Wait until leases have ended.
	 * @return the given failure with those of the releases, or the first of those
	 */
	private static @Nullable Throwable awaitAll(List<CompletionStage<ReleaseOutcome>> releases,
			@Nullable Throwable failure) {
		Throwable first = failure;
		for (CompletionStage<ReleaseOutcome> release : releases) {
			Throwable failed = await(release);
			if (first == null) {
				first = failed;
			}
			else if (failed != null && failed != first) {
				first.addSuppressed(failed);
			}
		}
		return first;
	}

	static CompletableFuture<Void> allOf(List<CompletionStage<ReleaseOutcome>> releases) {
		return CompletableFuture
			.allOf(releases.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
	}

	private static @Nullable Throwable await(CompletionStage<ReleaseOutcome> release) {
		try {
			release.toCompletableFuture().join();
			return null;
		}
		catch (CompletionException ex) {
			return (ex.getCause() != null) ? ex.getCause() : ex;
		}
	}

	/**
	 * Return the leases.
	 * @return the leases in the order in which they were acquired, at least one
	 */
	public List<LockLease> asList() {
		return this.leases;
	}

	@Override
	public Iterator<LockLease> iterator() {
		return this.leases.iterator();
	}

	/**
	 * Return the lease of one of the locks.
	 * @param key the key of the lock
	 * @return its lease
	 * @throws IllegalArgumentException if the lock is none of these
	 */
	public LockLease get(String key) {
		return this.leases.stream()
			.filter((lease) -> lease.key().equals(key))
			.findFirst()
			.orElseThrow(
					() -> new IllegalArgumentException("'key' must be one of %s but is '%s'".formatted(keys(), key)));
	}

	/**
	 * Return for how long the holder may still trust all leases.
	 * @return the shortest remaining validity of all
	 */
	public Duration remainingValidity() {
		return Collections.min(this.leases.stream().map(LockLease::remainingValidity).toList(),
				Comparator.naturalOrder());
	}

	/**
	 * Return whether all leases are neither released nor lost.
	 * @return whether all locks are held
	 */
	public boolean isHeld() {
		return this.leases.stream().allMatch(LockLease::isHeld);
	}

	/**
	 * Return normally only if all leases {@link #isHeld() are held}.
	 * @throws LockLostException if one of them is lost or released
	 */
	public void ensureHeld() {
		this.leases.forEach(LockLease::ensureHeld);
	}

	/**
	 * Take these holds away from the thread that acquired them, as
	 * {@link LockLease#detach()} does.
	 */
	public void detach() {
		this.leases.forEach(LockLease::detach);
	}

	/**
	 * Release all locks without blocking, also if the release of one of them fails.
	 * @return a stage that completes when all are released, or fails with the first
	 * failure
	 */
	public CompletionStage<Void> releaseAsync() {
		return allOf(endAll(this.leases, LockLease::releaseAsync));
	}

	/**
	 * Release all locks, also if the release of one of them fails.
	 */
	@Override
	public void close() {
		Throwable failure = awaitAll(endAll(this.leases, LockLease::releaseAsync), null);
		if (failure instanceof Error error) {
			throw error;
		}
		if (failure instanceof RuntimeException exception) {
			throw exception;
		}
	}

	private String keys() {
		return this.leases.stream().map((lease) -> "'" + lease.key() + "'").collect(Collectors.joining(", "));
	}

	@Override
	public String toString() {
		return "LockLeases[%s]".formatted(keys());
	}

}
