package io.distributedlock.redis.redlock;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.distributedlock.LockSpec;
import io.distributedlock.store.LockState;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a lock on all nodes: somebody holds it who holds it on a majority.
 */
final class Inspection extends Poll<LockState> {

	private final Redlock redlock;

	private final String key;

	private final CompletableFuture<LockState> result = new CompletableFuture<>();

	Inspection(Redlock redlock, String key, List<NodeConnection> voters) {
		super(redlock.timer(), voters);
		this.redlock = redlock;
		this.key = key;
	}

	CompletableFuture<LockState> result() {
		return this.result;
	}

	@Override
	boolean isDecided() {
		int free = 0;
		for (int i = 0; i < size(); i++) {
			LockState state = vote(i);
			if (state != null && state.holder() == null) {
				free++;
			}
		}
		return free >= this.redlock.majority() || held() != null;
	}

	/**
	 * Return the state of the lock if a majority says that somebody holds it.
	 */
	private @Nullable LockState held() {
		for (int i = 0; i < size(); i++) {
			LockState state = vote(i);
			String holder = (state != null) ? state.holder() : null;
			if (holder != null) {
				List<Duration> remaining = remaining(holder);
				if (remaining.size() >= this.redlock.majority()) {
					// So long it is held on a majority
					Duration end = remaining.get(remaining.size() - this.redlock.majority());
					return new LockState(this.key, holder, end, latestToken());
				}
			}
		}
		return null;
	}

	private List<Duration> remaining(String holder) {
		List<Duration> remaining = new ArrayList<>(size());
		for (int i = 0; i < size(); i++) {
			LockState state = vote(i);
			if (state != null && holder.equals(state.holder())) {
				remaining.add(state.remaining());
			}
		}
		remaining.sort(null);
		return remaining;
	}

	private long latestToken() {
		long latest = 0;
		for (int i = 0; i < size(); i++) {
			LockState state = vote(i);
			latest = (state != null) ? Math.max(latest, state.fencingToken()) : latest;
		}
		return latest;
	}

	@Override
	void ended() {
		LockState held = held();
		if (held != null) {
			this.result.complete(held);
		}
		else if (answers() >= this.redlock.majority()) {
			this.result.complete(new LockState(this.key, null, Duration.ZERO, latestToken()));
		}
		else {
			this.result.completeExceptionally(this.redlock.quorumNotReached(this));
		}
	}

	/**
	 * Read the reply of the script.
	 */
	static LockState state(String key, List<Object> reply) {
		String holder = new String((byte[]) reply.get(0), StandardCharsets.UTF_8);
		if (holder.isEmpty()) {
			return new LockState(key, null, Duration.ZERO, (Long) reply.get(2));
		}
		long millis = (Long) reply.get(1);
		return new LockState(key, holder, (millis < 0) ? LockSpec.MAX_DURATION : Duration.ofMillis(millis),
				(Long) reply.get(2));
	}

}
