package io.distributedlock.contract;

import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import org.awaitility.Awaitility;

/**
 * Remembers the grants that a store tells of, and those that it gives when it is asked
 * upon a hint.
 */
final class RecordedGrants implements GrantListener {

	private final ConcurrentMap<String, Long> tokens = new ConcurrentHashMap<>();

	private final Set<String> revoked = ConcurrentHashMap.newKeySet();

	private final Function<String, CompletionStage<AcquireReply>> ask;

	/**
	 * Create a listener.
	 * @param ask asks the store for the lock on behalf of an owner
	 */
	RecordedGrants(Function<String, CompletionStage<AcquireReply>> ask) {
		this.ask = ask;
	}

	@Override
	public void granted(String owner, long fencingToken) {
		this.tokens.put(owner, fencingToken);
	}

	@Override
	public void hinted(String owner) {
		this.ask.apply(owner).thenAccept((reply) -> {
			if (reply instanceof AcquireReply.Granted granted) {
				granted(owner, granted.fencingToken());
			}
		});
	}

	@Override
	public void revoked(String owner) {
		this.revoked.add(owner);
	}

	@Override
	public void missed() {
		// Only tells when to ask again
	}

	/**
	 * Return the owners of which the store said that their lock was taken by force.
	 */
	Collection<String> revoked() {
		return this.revoked;
	}

	Collection<String> owners() {
		return this.tokens.keySet();
	}

	/**
	 * Wait for the grant of an owner.
	 */
	long await(String owner) {
		return Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.pollInterval(Duration.ofMillis(2))
			.until(() -> this.tokens.get(owner), (token) -> token != null);
	}

}
