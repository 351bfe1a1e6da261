package io.distributedlock.redis.internal;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import org.jspecify.annotations.Nullable;

/**
 * Finds the keys of locks with {@code SCAN}, a page at a time, on one node after the
 * other in the order of their ids: a node that comes or goes meanwhile does not disturb
 * the others.
 * <p>
 * A cursor is {@code <node id>:<cursor of that node>}.
 *
 * @since 1.0
 */
public final class KeyScan {

	/**
	 * How many keys a node looks at in one step, at least.
	 */
	private static final int MIN_STEP = 100;

	/**
	 * How many steps a page takes at most, however few locks there are among other keys.
	 */
	private static final int MAX_STEPS = 20;

	private static final Pattern CURSOR = Pattern.compile("([0-9a-f]*):(\\d{1,20})");

	private final Nodes nodes;

	private final LockKeys keys;

	private final int size;

	private final Map<String, Found> found = new LinkedHashMap<>();

	private int steps;

	/**
	 * Create a scan for one page.
	 * @param nodes where to look
	 * @param keys the names of the keys
	 * @param size about how many keys to find
	 */
	public KeyScan(Nodes nodes, LockKeys keys, int size) {
		this.nodes = nodes;
		this.keys = keys;
		this.size = size;
	}

	/**
	 * Find keys. To be called once.
	 * @param cursor where the page begins, or null for the first
	 * @return the page
	 * @throws IllegalArgumentException if the cursor is none
	 */
	public CompletionStage<Page> from(@Nullable String cursor) {
		if (cursor == null) {
			return step("", ScanCursor.INITIAL);
		}
		Matcher matcher = CURSOR.matcher(cursor);
		if (!matcher.matches()) {
			throw new IllegalArgumentException("'%s' is no cursor. Use the one of the page before.".formatted(cursor));
		}
		return step(matcher.group(1), ScanCursor.of(matcher.group(2)));
	}

	/**
	 * Go on.
	 * @param from the id of a node, or of one that would stand before it
	 * @param cursor the cursor of the node with that id
	 */
	private CompletionStage<Page> step(String from, ScanCursor cursor) {
		String node = this.nodes.firstFrom(from);
		if (node == null || this.found.size() >= this.size || this.steps >= MAX_STEPS) {
			return CompletableFuture
				.completedStage(new Page(this.found, (node != null) ? from + ":" + cursor.getCursor() : null));
		}
		this.steps++;
		ScanArgs arguments = ScanArgs.Builder.matches(this.keys.pattern()).limit(Math.max(this.size, MIN_STEP));
		return this.nodes.scan(node, node.equals(from) ? cursor : ScanCursor.INITIAL, arguments)
			.exceptionallyCompose(
					(failure) -> CompletableFuture.failedStage(RedisErrors.translate(RedisErrors.unwrap(failure))))
			.thenCompose((step) -> {
				step.getKeys().forEach((lock) -> add(lock, node));
				// Ids are hexadecimal, so this one stands after that of the node
				return step.isFinished() ? step(node + "0", ScanCursor.INITIAL)
						: step(node, ScanCursor.of(step.getCursor()));
			});
	}

	private void add(byte[] lock, String node) {
		String key = this.keys.key(lock);
		if (key != null) {
			this.found.computeIfAbsent(key, (ignored) -> new Found(lock)).nodes.add(node);
		}
	}

	/**
	 * The servers that have locks.
	 */
	public interface Nodes {

		/**
		 * Return the id of the first node that does not stand before the given one.
		 * @param id the id: hexadecimal, and as long as that of every other node
		 * @return the id of the node, or null if there is none
		 */
		@Nullable String firstFrom(String id);

		/**
		 * Take one step.
		 * @param id the id of the node
		 * @param cursor where to go on
		 * @param arguments what to look for
		 * @return what was found, and where to go on
		 */
		CompletionStage<KeyScanCursor<byte[]>> scan(String id, ScanCursor cursor, ScanArgs arguments);

	}

	/**
	 * What was found.
	 *
	 * @param locks the locks, by their keys
	 * @param next where the next page begins, or null if this is the last one
	 */
	public record Page(Map<String, Found> locks, @Nullable String next) {

	}

	/**
	 * A lock that was found.
	 */
	public static final class Found {

		private final byte[] lock;

		private final Set<String> nodes = new LinkedHashSet<>(2);

		private Found(byte[] lock) {
			this.lock = lock;
		}

		/**
		 * Return the lock.
		 * @return its Redis key
		 */
		public byte[] lock() {
			return this.lock;
		}

		/**
		 * Return where it was found.
		 * @return the ids of the nodes that have it
		 */
		public Set<String> nodes() {
			return this.nodes;
		}

	}

}
