package io.distributedlock.interceptor;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import io.distributedlock.InvalidLockDefinitionException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.KotlinDetector;
import org.springframework.core.Nullness;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.ClassUtils;

/**
 * What a locked method returns, which says when it has ended.
 *
 * @param kind the kind of result
 * @param type the type that the method returns, with type variables resolved; that of the
 * Kotlin source for a suspending function
 * @param suspending whether the method is a suspending function
 * @param adapter turns the result into a publisher and back, null if it is none or the
 * method is a suspending function
 * @param empty what a skipped call returns, null also where that is up to the kind
 */
record LockedResult(Kind kind, Class<?> type, boolean suspending, @Nullable ReactiveAdapter adapter,
		@Nullable Object empty) {

	/**
	 * The result of a method that is never run.
	 */
	static final LockedResult NONE = new LockedResult(Kind.VALUE, void.class, false, null, null);

	private static final ClassLoader CLASS_LOADER = LockedResult.class.getClassLoader();

	/**
	 * Whether there can be a result of the kind {@link Kind#PUBLISHER}.
	 */
	static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Mono", CLASS_LOADER);

	private static final boolean COROUTINES_PRESENT = REACTOR_PRESENT && KotlinDetector.isKotlinReflectPresent()
			&& ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt", CLASS_LOADER);

	// By name: they need not be there
	private static final String FLOW = "kotlinx.coroutines.flow.Flow";

	private static final Set<String> PUBLISHERS = Set.of("org.reactivestreams.Publisher",
			"java.util.concurrent.Flow$Publisher", "kotlinx.coroutines.Deferred", FLOW);

	/**
	 * When a method has ended.
	 */
	enum Kind {

		/**
		 * When it returns.
		 */
		VALUE,

		/**
		 * When the future that it returns has completed.
		 */
		FUTURE,

		/**
		 * For each subscription to the publisher that it returns, when that has
		 * terminated or was cancelled. Also for the one call of a suspending function.
		 */
		PUBLISHER,

	}

	/**
	 * Determine the result of a method.
	 * @param method the method
	 * @param reader tells what is wrong
	 * @return the result
	 * @throws InvalidLockDefinitionException if it cannot be told when the method has
	 * ended
	 */
	static LockedResult of(LockedMethod method, AttributeReader reader) {
		Class<?> type = method.returnType();
		if (method.isSuspending()) {
			checkCoroutines(reader);
			return new LockedResult(Kind.PUBLISHER, type, true, null, null);
		}
		if (CompletionStage.class.isAssignableFrom(type) || Future.class.isAssignableFrom(type)) {
			checkFuture(type, method.isAsync(), reader);
			return new LockedResult(Kind.FUTURE, type, false, null,
					CompletableFuture.completedFuture(EmptyResults.of(method.contentType())));
		}
		if (isPublisher(type)) {
			return new LockedResult(Kind.PUBLISHER, type, false, checkedAdapter(type, reader), null);
		}
		return new LockedResult(Kind.VALUE, type, false, null, EmptyResults.of(type));
	}

	/**
	 * Return whether a publisher may emit more than one value.
	 * @return whether it may
	 */
	boolean isMany() {
		return (this.adapter != null) ? this.adapter.isMultiValue() : this.type.getName().equals(FLOW);
	}

	private static void checkCoroutines(AttributeReader reader) {
		if (!COROUTINES_PRESENT) {
			throw reader.invalid(
					"The method is a suspending function, and the libraries to intercept it are not there.",
					"Add org.jetbrains.kotlinx:kotlinx-coroutines-reactor and org.jetbrains.kotlin:kotlin-reflect.",
					null);
		}
	}

	private static void checkFuture(Class<?> type, boolean async, AttributeReader reader) {
		if (!type.isAssignableFrom(CompletableFuture.class)) {
			throw reader
				.invalid("The method returns a %s, which cannot be made to complete after the lock was released."
					.formatted(type.getName()), "Return a CompletableFuture or a CompletionStage.", null);
		}
		if (!CompletionStage.class.isAssignableFrom(type) && !async) {
			throw reader.invalid(
					"The method returns a %s, which does not tell when it is done: the lock would be released before."
						.formatted(type.getName()),
					"Return a CompletableFuture, or make the method @Async.", null);
		}
	}

	private static boolean isPublisher(Class<?> type) {
		return adapter(type) != null || hasNameOfPublisher(type);
	}

	private static @Nullable ReactiveAdapter adapter(Class<?> type) {
		return ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
	}

	private static boolean hasNameOfPublisher(@Nullable Class<?> type) {
		return type != null && (PUBLISHERS.contains(type.getName())
				|| Arrays.stream(type.getInterfaces()).anyMatch(LockedResult::hasNameOfPublisher)
				|| hasNameOfPublisher(type.getSuperclass()));
	}

	private static ReactiveAdapter checkedAdapter(Class<?> type, AttributeReader reader) {
		ReactiveAdapter adapter = adapter(type);
		if (adapter == null || !REACTOR_PRESENT) {
			throw reader.invalid(
					"The method returns a %s, and the libraries to lock each subscription to it are not there."
						.formatted(type.getName()),
					"Add io.projectreactor:reactor-core, for Kotlin with org.jetbrains.kotlinx:kotlinx-coroutines-reactor.",
					null);
		}
		if (!type.isAssignableFrom(adapter.getReactiveType())) {
			throw reader.invalid(
					"The method returns a %s, which cannot be made from a %s.".formatted(type.getName(),
							adapter.getReactiveType().getName()),
					"Return a " + adapter.getReactiveType().getName() + ".", null);
		}
		return adapter;
	}

	/**
	 * Check that a call can be skipped.
	 * @param attribute the attribute that says so
	 * @param method the method
	 * @param reader tells what is wrong
	 * @throws InvalidLockDefinitionException if there is nothing to return then
	 */
	void checkSkippable(String attribute, LockedMethod method, AttributeReader reader) {
		if (!hasEmpty(method)) {
			throw reader.invalid("%s is SKIP, but the method returns %s, for which there is no empty value."
				.formatted(attribute, this.type), "Use THROW, or return an object type such as Optional.", null);
		}
	}

	private boolean hasEmpty(LockedMethod method) {
		if (this.suspending) {
			return this.type == void.class || isPublisher(this.type)
					|| Nullness.forMethodReturnType(method.method()) != Nullness.NON_NULL;
		}
		if (this.adapter != null) {
			return this.adapter.supportsEmpty();
		}
		return !this.type.isPrimitive() || this.type == void.class;
	}

}
