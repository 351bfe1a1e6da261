package io.distributedlock.interceptor;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.OnContention;
import io.distributedlock.OnStoreFailure;
import io.distributedlock.interceptor.LockedResult.Kind;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.ParallelFlux;

import org.springframework.scheduling.annotation.Async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LockedResultTests {

	@ParameterizedTest
	@MethodSource
	void tellsWhenAMethodHasEnded(String method, Kind kind) {
		assertThat(result(Methods.class, method).kind()).isEqualTo(kind);
	}

	static Stream<Arguments> tellsWhenAMethodHasEnded() {
		return Stream.of(Arguments.of("nothing", Kind.VALUE), Arguments.of("text", Kind.VALUE),
				Arguments.of("anything", Kind.VALUE), Arguments.of("optional", Kind.VALUE),
				Arguments.of("async", Kind.VALUE), Arguments.of("asyncFuture", Kind.FUTURE),
				Arguments.of("completableFuture", Kind.FUTURE), Arguments.of("completionStage", Kind.FUTURE),
				Arguments.of("mono", Kind.PUBLISHER), Arguments.of("flux", Kind.PUBLISHER),
				Arguments.of("publisher", Kind.PUBLISHER), Arguments.of("flowPublisher", Kind.PUBLISHER),
				Arguments.of("single", Kind.PUBLISHER), Arguments.of("maybe", Kind.PUBLISHER),
				Arguments.of("completable", Kind.PUBLISHER), Arguments.of("flowable", Kind.PUBLISHER),
				Arguments.of("observable", Kind.PUBLISHER));
	}

	@Test
	void typeVariablesAreResolved() {
		assertThat(result(Generic.class, "call").kind()).isEqualTo(Kind.FUTURE);
		assertThat(result(Inherits.class, "run").kind()).isEqualTo(Kind.PUBLISHER);
	}

	@Test
	void asynchronousClassMakesItsMethodsAsynchronous() {
		assertThat(result(AsyncClass.class, "run").kind()).isEqualTo(Kind.FUTURE);
	}

	@Test
	void skippedCallHasAnEmptyResult() {
		assertThat(result(Methods.class, "text").empty()).isNull();
		assertThat(result(Methods.class, "optional").empty()).isEqualTo(Optional.empty());
		assertThat(result(Methods.class, "completableFuture").empty()).isInstanceOfSatisfying(CompletableFuture.class,
				(future) -> assertThat(future.join()).isNull());
		assertThat(result(Methods.class, "optionalFuture").empty()).isInstanceOfSatisfying(CompletableFuture.class,
				(future) -> assertThat(future.join()).isEqualTo(Optional.empty()));
	}

	@ParameterizedTest
	@MethodSource
	void refusesWhatCannotBeHeldUntilTheEnd(Class<?> type, String problem, String action) {
		assertThatExceptionOfType(InvalidLockDefinitionException.class).isThrownBy(() -> result(type, "run"))
			.satisfies((ex) -> {
				assertThat(ex.getProblem()).isEqualTo(problem);
				assertThat(ex.getAction()).isEqualTo(action);
			});
	}

	static Stream<Arguments> refusesWhatCannotBeHeldUntilTheEnd() {
		return Stream.of(
				Arguments.of(ReturnsFuture.class,
						"The method returns a java.util.concurrent.Future, which does not tell when it is done: "
								+ "the lock would be released before.",
						"Return a CompletableFuture, or make the method @Async."),
				Arguments.of(ReturnsFutureTask.class,
						"The method returns a java.util.concurrent.FutureTask, which cannot be made to complete after the "
								+ "lock was released.",
						"Return a CompletableFuture or a CompletionStage."),
				Arguments.of(ReturnsOwnFuture.class,
						"The method returns a " + OwnFuture.class.getName()
								+ ", which cannot be made to complete after the lock was released.",
						"Return a CompletableFuture or a CompletionStage."),
				Arguments.of(ReturnsConnectableFlux.class,
						"The method returns a reactor.core.publisher.ConnectableFlux, which cannot be made from a "
								+ "reactor.core.publisher.Flux.",
						"Return a reactor.core.publisher.Flux."),
				Arguments.of(ReturnsParallelFlux.class,
						"The method returns a reactor.core.publisher.ParallelFlux, which cannot be made from a "
								+ "org.reactivestreams.Publisher.",
						"Return a org.reactivestreams.Publisher."),
				Arguments.of(SkippedSingle.class,
						"onContention is SKIP, but the method returns class io.reactivex.rxjava3.core.Single, for which "
								+ "there is no empty value.",
						"Use THROW, or return an object type such as Optional."),
				Arguments.of(SkippedSingleOnStoreFailure.class,
						"onStoreFailure is SKIP, but the method returns class io.reactivex.rxjava3.core.Single, for which "
								+ "there is no empty value.",
						"Use THROW, or return an object type such as Optional."));
	}

	private static LockedResult result(Class<?> type, String name) {
		LockOperationSource source = ((LockOperationSourcePointcut) new RecordingLocks().advisor().getPointcut())
			.source();
		LockPlan plan = Stream.of(type.getMethods(), type.getDeclaredMethods())
			.flatMap(Stream::of)
			.filter((method) -> method.getName().equals(name))
			.map((method) -> source.getPlan(method, type))
			.findFirst()
			.orElseThrow();
		return plan.result();
	}

	@DistributedLock(name = "methods")
	static class Methods {

		void nothing() {
		}

		String text() {
			return "";
		}

		Object anything() {
			return "";
		}

		Optional<String> optional() {
			return Optional.empty();
		}

		@Async
		void async() {
		}

		@Async
		Future<String> asyncFuture() {
			throw new UnsupportedOperationException();
		}

		CompletableFuture<String> completableFuture() {
			throw new UnsupportedOperationException();
		}

		CompletableFuture<Optional<String>> optionalFuture() {
			throw new UnsupportedOperationException();
		}

		CompletionStage<String> completionStage() {
			throw new UnsupportedOperationException();
		}

		Mono<String> mono() {
			throw new UnsupportedOperationException();
		}

		Flux<String> flux() {
			throw new UnsupportedOperationException();
		}

		Publisher<String> publisher() {
			throw new UnsupportedOperationException();
		}

		Flow.Publisher<String> flowPublisher() {
			throw new UnsupportedOperationException();
		}

		Single<String> single() {
			throw new UnsupportedOperationException();
		}

		Maybe<String> maybe() {
			throw new UnsupportedOperationException();
		}

		Completable completable() {
			throw new UnsupportedOperationException();
		}

		Flowable<String> flowable() {
			throw new UnsupportedOperationException();
		}

		Observable<String> observable() {
			throw new UnsupportedOperationException();
		}

	}

	@Async
	@DistributedLock(name = "async")
	static class AsyncClass {

		Future<String> run() {
			throw new UnsupportedOperationException();
		}

	}

	static class Generic implements Callable<CompletableFuture<String>> {

		@Override
		@DistributedLock(name = "generic")
		public CompletableFuture<String> call() {
			throw new UnsupportedOperationException();
		}

	}

	public static class Inherited<T> {

		@DistributedLock(name = "inherited")
		public T run() {
			throw new UnsupportedOperationException();
		}

	}

	public static class Inherits extends Inherited<Mono<String>> {

	}

	static class ReturnsFuture {

		@DistributedLock(name = "orders")
		Future<String> run() {
			throw new UnsupportedOperationException();
		}

	}

	static class ReturnsFutureTask {

		@DistributedLock(name = "orders")
		@Async
		FutureTask<String> run() {
			throw new UnsupportedOperationException();
		}

	}

	static class ReturnsOwnFuture {

		@DistributedLock(name = "orders")
		OwnFuture run() {
			throw new UnsupportedOperationException();
		}

	}

	static class OwnFuture extends CompletableFuture<String> {

	}

	static class ReturnsConnectableFlux {

		@DistributedLock(name = "orders")
		ConnectableFlux<String> run() {
			throw new UnsupportedOperationException();
		}

	}

	static class ReturnsParallelFlux {

		@DistributedLock(name = "orders")
		ParallelFlux<String> run() {
			throw new UnsupportedOperationException();
		}

	}

	static class SkippedSingle {

		@DistributedLock(name = "orders", onContention = OnContention.SKIP)
		Single<String> run() {
			throw new UnsupportedOperationException();
		}

	}

	static class SkippedSingleOnStoreFailure {

		@DistributedLock(name = "orders", onStoreFailure = OnStoreFailure.SKIP)
		Single<String> run() {
			throw new UnsupportedOperationException();
		}

	}

}
