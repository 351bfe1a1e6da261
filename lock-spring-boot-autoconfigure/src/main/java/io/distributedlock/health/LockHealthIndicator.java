package io.distributedlock.health;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.store.StoreStatus;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether locks can be had: acquires and releases one that only this instance knows, on
 * the connection that locks have anyway. Down only if that fails; whatever else is amiss
 * is a warning.
 *
 * @since 1.0
 */
public final class LockHealthIndicator extends AbstractHealthIndicator {

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	private final LockTemplate template;

	/**
	 * Create an indicator.
	 * @param template the locks
	 */
	public LockHealthIndicator(LockTemplate template) {
		super("No lock can be acquired");
		this.template = template;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) throws Exception {
		builder.withDetail("mode", this.template.store().mode());
		long start = System.nanoTime();
		long deadline = start + TIMEOUT.toNanos();
		CompletableFuture<StoreStatus> status = status().toCompletableFuture();
		try {
			await(this.template.probe(), deadline);
			builder.up().withDetail("probeMillis", Math.round((System.nanoTime() - start) / 100_000.0) / 10.0);
		}
		catch (ExecutionException ex) {
			builder.down(Objects.requireNonNullElse(ex.getCause(), ex));
		}
		catch (TimeoutException ex) {
			builder.down(new LockStoreUnavailableException("No answer within " + TIMEOUT.toMillis() + " ms", ex));
		}
		describe(builder, status, deadline);
	}

	private CompletionStage<StoreStatus> status() {
		try {
			return this.template.store().status();
		}
		catch (LockStoreException ex) {
			return CompletableFuture.failedStage(ex);
		}
	}

	private void describe(Health.Builder builder, CompletableFuture<StoreStatus> status, long deadline)
			throws InterruptedException {
		LockStoreException outage = this.template.activity(0).outage();
		if (outage != null) {
			builder.withDetail("degraded", String.valueOf(outage.getMessage()));
		}
		try {
			StoreStatus known = await(status, deadline);
			builder.withDetails(known.details());
			if (!known.warnings().isEmpty()) {
				builder.withDetail("warnings", known.warnings());
			}
		}
		catch (ExecutionException | TimeoutException ex) {
			// Nothing more is known, which is no reason to be down
			builder.withDetail("warnings", List.of("The state of the servers is not known."));
		}
	}

	private static <T> T await(CompletionStage<T> stage, long deadline)
			throws InterruptedException, ExecutionException, TimeoutException {
		return stage.toCompletableFuture().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
	}

}
