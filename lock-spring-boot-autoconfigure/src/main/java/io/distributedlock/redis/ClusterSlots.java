package io.distributedlock.redis;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.redis.internal.LockKeys;
import io.distributedlock.redis.internal.RedisErrors;
import io.distributedlock.store.LeaseRequest;
import io.lettuce.core.cluster.SlotHash;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The slots of a Cluster. A script can only see the keys of one, so what is asked about
 * many locks is asked in each slot. A master that is dead or hung does not keep the
 * answers of the others from being used.
 */
final class ClusterSlots {

	private static final Log logger = LogFactory.getLog(ClusterSlots.class);

	private static final Duration MIN_PATIENCE = Duration.ofMillis(50);

	private final LockKeys keys;

	ClusterSlots(LockKeys keys) {
		this.keys = keys;
	}

	/**
	 * Ask something about the locks of each slot.
	 * @param requests what is asked about
	 * @param question asks about those of one slot
	 * @param unanswered makes an answer for those of a slot that has failed, or has not
	 * answered in time, while others have
	 * @return the answers, in order; or the failure of a slot, if all have failed
	 */
	<T> CompletionStage<List<T>> ask(List<LeaseRequest> requests,
			Function<List<LeaseRequest>, CompletionStage<List<T>>> question,
			Function<LockStoreException, T> unanswered) {
		List<List<LeaseRequest>> slots = List
			.copyOf(requests.stream().collect(Collectors.groupingBy(this::slot)).values());
		if (slots.size() == 1) {
			return question.apply(requests);
		}
		long patience = patience(requests);
		List<CompletableFuture<List<T>>> answers = slots.stream()
			.map((inSlot) -> question.apply(inSlot)
				.toCompletableFuture()
				.copy()
				.orTimeout(patience, TimeUnit.NANOSECONDS))
			.toList();
		CompletableFuture<Void> all = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
		return all.handle((ignored, failure) -> {
			if (failure != null && answers.stream().allMatch(CompletableFuture::isCompletedExceptionally)) {
				throw translate(failure);
			}
			Map<LeaseRequest, T> byRequest = new HashMap<>();
			for (int slot = 0; slot < slots.size(); slot++) {
				List<LeaseRequest> inSlot = slots.get(slot);
				List<T> answer = answers.get(slot)
					.exceptionally((reason) -> unanswered(inSlot, translate(reason), unanswered))
					.join();
				for (int i = 0; i < inSlot.size(); i++) {
					byRequest.put(inSlot.get(i), answer.get(i));
				}
			}
			return requests.stream().map(byRequest::get).toList();
		});
	}

	private static <T> List<T> unanswered(List<LeaseRequest> inSlot, LockStoreException reason,
			Function<LockStoreException, T> unanswered) {
		logger.debug("No answer about %d locks of one slot".formatted(inSlot.size()), reason);
		return Collections.nCopies(inSlot.size(), unanswered.apply(reason));
	}

	private int slot(LeaseRequest request) {
		return SlotHash.getSlot(this.keys.lock(request.key()));
	}

	/**
	 * Return for how long to wait for all slots: the answers of others are of use only
	 * while their leases last.
	 */
	private static long patience(List<LeaseRequest> requests) {
		long shortest = requests.stream().mapToLong((request) -> request.ttl().toNanos()).min().orElse(0);
		return Math.max(MIN_PATIENCE.toNanos(), shortest / 6);
	}

	private static LockStoreException translate(Throwable failure) {
		Throwable cause = RedisErrors.unwrap(failure);
		return (cause instanceof TimeoutException)
				? new LockStoreUnavailableException("A node of the Cluster has not answered in time", cause)
				: RedisErrors.translate(cause);
	}

}
