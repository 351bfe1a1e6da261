package io.distributedlock.redis.redlock;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.distributedlock.redis.internal.KeyScan;
import io.distributedlock.store.LockPage;
import io.distributedlock.store.LockState;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import org.jspecify.annotations.Nullable;

/**
 * Finds the locks that are held on a majority of the nodes, on one node after the other.
 * As most of them are on all nodes, only the first node that has given a lock to its
 * holder reports it.
 */
final class RedlockScan implements KeyScan.Nodes {

	private final Redlock redlock;

	RedlockScan(Redlock redlock) {
		this.redlock = redlock;
	}

	CompletionStage<LockPage> page(@Nullable String cursor, int size) {
		return new KeyScan(this, this.redlock.scripts().keys(), size).from(cursor).thenCompose((page) -> {
			List<CompletableFuture<Optional<LockState>>> states = page.locks()
				.entrySet()
				.stream()
				.map((lock) -> inspect(lock.getKey(), lock.getValue()).toCompletableFuture())
				.toList();
			return CompletableFuture.allOf(states.toArray(CompletableFuture[]::new))
				.thenApply((ignored) -> new LockPage(
						states.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList(), page.next()));
		});
	}

	/**
	 * Look at a lock on all nodes.
	 * @return its state, if it is held and not reported by a node before
	 */
	private CompletionStage<Optional<LockState>> inspect(String key, KeyScan.Found found) {
		Inspection inspection = new Inspection(this.redlock, key, this.redlock.voters(), true);
		String foundOn = Collections.min(found.nodes());
		return this.redlock.inspect(inspection, this.redlock.scripts().inspect(key, found.lock()))
			.thenApply((state) -> {
				String holder = state.holder();
				boolean reported = holder != null && inspection.nodesWith(holder)
					.stream()
					.noneMatch((node) -> id(this.redlock.numberOf(node)).compareTo(foundOn) < 0);
				return reported ? Optional.of(state) : Optional.empty();
			});
	}

	private static String id(int number) {
		return "%03x".formatted(number);
	}

	@Override
	public @Nullable String firstFrom(String id) {
		for (int number = 0; number < this.redlock.size(); number++) {
			if (id(number).compareTo(id) >= 0 && this.redlock.voter(number) != null) {
				return id(number);
			}
		}
		return null;
	}

	@Override
	public CompletionStage<KeyScanCursor<byte[]>> scan(String id, ScanCursor cursor, ScanArgs arguments) {
		NodeConnection node = this.redlock.voter(Integer.parseInt(id, 16));
		return (node != null) ? node.scan(cursor, arguments) : CompletableFuture.completedStage(nothing());
	}

	/**
	 * Return the end of the scan of a node that has just gone.
	 */
	private static KeyScanCursor<byte[]> nothing() {
		KeyScanCursor<byte[]> nothing = new KeyScanCursor<>();
		nothing.setCursor(ScanCursor.FINISHED.getCursor());
		nothing.setFinished(true);
		return nothing;
	}

}
