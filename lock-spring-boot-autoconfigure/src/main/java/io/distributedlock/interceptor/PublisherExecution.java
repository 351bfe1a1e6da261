package io.distributedlock.interceptor;

import io.distributedlock.LockException;
import io.distributedlock.LockLostException;
import io.distributedlock.LockOperations;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.ContextView;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.core.ReactiveAdapter;
import org.springframework.util.function.SingletonSupplier;

/**
 * Runs a method that returns a publisher, or is a suspending function: once for each
 * subscription, when its locks are held, and until that is over. Blocks no thread. Loaded
 * only if Reactor is there.
 */
final class PublisherExecution implements LockExecution {

	private final SingletonSupplier<LockOperations> lockOperations;

	PublisherExecution(SingletonSupplier<LockOperations> lockOperations) {
		this.lockOperations = lockOperations;
	}

	@Override
	public Object run(MethodInvocation invocation, LockCall call) {
		LockedResult result = call.plan().result();
		ReactiveAdapter adapter = result.adapter();
		Publisher<?> publisher = result.isMany() ? many(invocation, call, adapter) : one(invocation, call, adapter);
		return (adapter != null) ? adapter.fromPublisher(publisher) : publisher;
	}

	private Mono<Object> one(MethodInvocation invocation, LockCall call, @Nullable ReactiveAdapter adapter) {
		return Mono.deferContextual((context) -> Mono.usingWhen(acquire(call, context), (locks) -> {
			Mono<Object> body = Mono.fromDirect(body(locks, invocation, call, adapter));
			return (call.endsWhenLost() ? untilLost(body, locks) : body).contextWrite(locks::addTo);
		}, PublisherExecution::release, (locks, failure) -> release(locks), PublisherExecution::release));
	}

	private Flux<Object> many(MethodInvocation invocation, LockCall call, @Nullable ReactiveAdapter adapter) {
		return Flux.deferContextual((context) -> Flux.usingWhen(acquire(call, context), (locks) -> {
			Flux<Object> body = Flux.from(body(locks, invocation, call, adapter));
			return (call.endsWhenLost() ? untilLost(body, locks) : body).contextWrite(locks::addTo);
		}, PublisherExecution::release, (locks, failure) -> release(locks), PublisherExecution::release));
	}

	private Mono<SubscriptionLocks> acquire(LockCall call, ContextView context) {
		return SubscriptionLocks.acquire(this.lockOperations.obtain(), call, context);
	}

	private static Mono<?> release(SubscriptionLocks locks) {
		return Mono.fromCompletionStage(locks.release());
	}

	private static Publisher<Object> body(SubscriptionLocks locks, MethodInvocation invocation, LockCall call,
			@Nullable ReactiveAdapter adapter) {
		MethodInvocation own = (invocation instanceof ProxyMethodInvocation proxied) ? proxied.invocableClone()
				: invocation;
		try {
			LockException reason = locks.reason();
			return publisher((reason != null) ? call.withoutLocks(reason, own) : proceed(locks, own, call), adapter);
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	/**
	 * Proceed on whatever thread this is. AspectJ advice inside this one looks for the
	 * call on its thread.
	 */
	private static @Nullable Object proceed(SubscriptionLocks locks, MethodInvocation invocation, LockCall call)
			throws Throwable {
		if (call.takesLeases()) {
			call.passLeases(invocation, locks.leases());
		}
		return ExposeInvocationInterceptor.INSTANCE.invoke(invocation);
	}

	@SuppressWarnings("unchecked")
	private static Publisher<Object> publisher(@Nullable Object result, @Nullable ReactiveAdapter adapter) {
		if (adapter != null) {
			return adapter.toPublisher(result);
		}
		return (result instanceof Publisher<?> publisher) ? (Publisher<Object>) publisher : Mono.justOrEmpty(result);
	}

	private static Mono<Object> untilLost(Mono<Object> body, SubscriptionLocks locks) {
		return Mono.firstWithSignal(body, lost(locks).asMono().flatMap(Mono::error));
	}

	/**
	 * Cancel the body when a lock is lost: what another publisher emits does that, its
	 * error would not.
	 */
	private static Flux<Object> untilLost(Flux<Object> body, SubscriptionLocks locks) {
		Sinks.One<LockLostException> lost = lost(locks);
		return body.takeUntilOther(lost.asMono()).concatWith(Mono.defer(() -> {
			lost.tryEmitEmpty();
			return lost.asMono().flatMap(Mono::error);
		}));
	}

	private static Sinks.One<LockLostException> lost(SubscriptionLocks locks) {
		Sinks.One<LockLostException> lost = Sinks.one();
		locks.onLost(lost::tryEmitValue);
		return lost;
	}

}
