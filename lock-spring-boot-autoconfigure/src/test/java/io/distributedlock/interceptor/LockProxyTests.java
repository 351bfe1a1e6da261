package io.distributedlock.interceptor;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Proxy;
import java.util.stream.Stream;

import io.distributedlock.DistributedLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a lock is taken wherever the annotation stands and whatever the proxy is.
 */
class LockProxyTests {

	private final RecordingLocks locks = new RecordingLocks();

	@ParameterizedTest(name = "{0}, class proxy: {1}")
	@MethodSource("targetsAndProxies")
	void locksCallThroughProxy(String description, boolean proxyTargetClass, Object target) {
		Object proxy = this.locks.proxy(target, proxyTargetClass);
		assertThat(AopUtils.isCglibProxy(proxy)).isEqualTo(proxyTargetClass);
		assertThat(pay(proxy)).isEqualTo("paid 42");
		assertThat(this.locks.events()).containsExactly("lock 42", "unlock 42");
	}

	static Stream<Arguments> targetsAndProxies() {
		return Stream.of(true, false)
			.flatMap((proxyTargetClass) -> Stream.of(
					Arguments.of("on the implementation", proxyTargetClass, new OnImplementation()),
					Arguments.of("on the interface method", proxyTargetClass, new OnInterfaceMethod()),
					Arguments.of("on the interface", proxyTargetClass, new OnInterface()),
					Arguments.of("on the class", proxyTargetClass, new OnClass()),
					Arguments.of("on the method of the superclass", proxyTargetClass, new OnSuperclassMethod()),
					Arguments.of("on the overridden method", proxyTargetClass, new OnOverriddenMethod()),
					Arguments.of("on the superclass", proxyTargetClass, new OnSuperclass()),
					Arguments.of("on an interface that the superclass does not know", proxyTargetClass,
							new InheritedImplementation()),
					Arguments.of("on a generic interface that the superclass does not know", proxyTargetClass,
							new InheritedGenericImplementation()),
					Arguments.of("as a meta-annotation", proxyTargetClass, new MetaAnnotated()),
					Arguments.of("as a meta-annotation on the class", proxyTargetClass, new MetaAnnotatedClass()),
					Arguments.of("on a generic implementation", proxyTargetClass, new GenericImplementation()),
					Arguments.of("on a class that implements a generic interface", proxyTargetClass,
							new GenericImplementationOfAnnotatedClass()),
					Arguments.of("on a generic interface method", proxyTargetClass, new OnGenericInterfaceMethod()),
					Arguments.of("on a generic superclass method", proxyTargetClass, new OnGenericSuperclassMethod()),
					Arguments.of("on a default method", proxyTargetClass, new OnDefaultMethod())));
	}

	@SuppressWarnings("unchecked")
	private static String pay(Object proxy) {
		return (proxy instanceof Payments payments) ? payments.pay("42") : ((GenericPayments<String>) proxy).pay("42");
	}

	@Test
	void locksCallOfGenericMethodOnSubclassProxyThroughItsOwnType() {
		GenericImplementation proxy = this.locks.proxy(new GenericImplementation());
		assertThat(proxy.pay("42")).isEqualTo("paid 42");
		assertThat(this.locks.events()).containsExactly("lock 42", "unlock 42");
	}

	@Test
	void locksCallOfInheritedMethodThroughGenericInterface() {
		for (boolean proxyTargetClass : new boolean[] { true, false }) {
			AnnotatedGenericPayments<String> proxy = genericPayments(
					this.locks.proxy(new InheritedGenericImplementation(), proxyTargetClass));
			assertThat(proxy.pay("42")).isEqualTo("paid 42");
		}
		assertThat(this.locks.events()).containsExactly("lock 42", "unlock 42", "lock 42", "unlock 42");
	}

	@SuppressWarnings("unchecked")
	private static AnnotatedGenericPayments<String> genericPayments(Object proxy) {
		return (AnnotatedGenericPayments<String>) proxy;
	}

	@Test
	void locksTargetThatIsItselfJdkProxy() {
		AnnotatedPayments target = (AnnotatedPayments) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { AnnotatedPayments.class }, (proxy, method, arguments) -> "paid " + arguments[0]);
		assertThat(((Payments) this.locks.proxy(target, true)).pay("42")).isEqualTo("paid 42");
		assertThat(this.locks.events()).containsExactly("lock 42", "unlock 42");
		assertThat(this.locks.spec().name()).isEqualTo("AnnotatedPayments.pay");
	}

	@Test
	void locksTargetThatIsLambdaExpression() {
		AnnotatedPayments target = (orderId) -> "paid " + orderId;
		assertThat(((Payments) this.locks.proxy(target, false)).pay("42")).isEqualTo("paid 42");
		assertThat(this.locks.events()).containsExactly("lock 42", "unlock 42");
		assertThat(this.locks.spec().name()).isEqualTo("AnnotatedPayments.pay");
	}

	@Test
	void locksPackagePrivateAndProtectedMethodsOfSubclassProxy() {
		NonPublicMethods proxy = this.locks.proxy(new NonPublicMethods());
		proxy.packagePrivate("1");
		proxy.protectedMethod("2");
		assertThat(this.locks.events()).containsExactly("lock 1", "unlock 1", "lock 2", "unlock 2");
	}

	@Test
	void locksWithEachProxyOfNestedProxies() {
		Payments inner = (Payments) this.locks.proxy(new OnInterfaceMethod(), false);
		Payments outer = (Payments) this.locks.proxy(inner, false);
		assertThat(outer.pay("42")).isEqualTo("paid 42");
		assertThat(this.locks.events()).containsExactly("lock 42", "lock 42", "unlock 42", "unlock 42");
	}

	@Test
	void usesParameterNamesOfAnnotatedMethod() {
		Payments proxy = (Payments) this.locks.proxy(new DifferentParameterName(), false);
		assertThat(proxy.pay("42")).isEqualTo("paid 42");
		assertThat(this.locks.events()).containsExactly("lock 42", "unlock 42");
	}

	@Test
	void methodAnnotationReplacesThatOfClass() {
		ReplacedOnMethod proxy = this.locks.proxy(new ReplacedOnMethod());
		proxy.replaced();
		proxy.notReplaced();
		assertThat(this.locks.events()).containsExactly("lock method", "unlock method", "lock class", "unlock class");
	}

	@Test
	void annotationOfOverridingMethodReplacesThatOfOverriddenMethod() {
		((Payments) this.locks.proxy(new Replacing(), true)).pay("42");
		assertThat(this.locks.events()).containsExactly("lock replaced", "unlock replaced");
	}

	@Test
	void annotationOfSubclassReplacesThatOfSuperclass() {
		this.locks.proxy(new ReplacedOnClass()).run();
		assertThat(this.locks.events()).containsExactly("lock subclass", "unlock subclass");
	}

	@Test
	void doesNotLockMethodsOfObject() {
		OnClassWithName proxy = this.locks.proxy(new OnClassWithName());
		assertThat(proxy.toString()).isEqualTo("text");
		assertThat(proxy).isEqualTo(proxy);
		assertThat(this.locks.events()).isEmpty();
	}

	@Test
	void doesNotMatchClassWithoutAnnotation() {
		assertThat(AopUtils.canApply(this.locks.advisor(), PlainPayments.class)).isFalse();
		assertThat(AopUtils.canApply(this.locks.advisor(), String.class)).isFalse();
	}

	@Test
	void doesNotMatchPrivateAndStaticMethodsOfAnnotatedClass() throws Exception {
		LockOperationSourcePointcut pointcut = (LockOperationSourcePointcut) this.locks.advisor().getPointcut();
		Class<OnClassWithName> type = OnClassWithName.class;
		assertThat(pointcut.matches(type.getDeclaredMethod("privateMethod"), type)).isFalse();
		assertThat(pointcut.matches(type.getDeclaredMethod("staticMethod"), type)).isFalse();
		assertThat(pointcut.matches(type.getDeclaredMethod("run"), type)).isTrue();
	}

	interface Payments {

		String pay(String orderId);

	}

	interface AnnotatedPayments extends Payments {

		@Override
		@DistributedLock(key = "#orderId")
		String pay(String orderId);

	}

	@DistributedLock(key = "#p0")
	interface AnnotatedInterface extends Payments {

	}

	interface GenericPayments<T> {

		String pay(T orderId);

	}

	interface AnnotatedGenericPayments<T> {

		@DistributedLock(key = "#orderId")
		String pay(T orderId);

	}

	interface DefaultPayments extends Payments {

		@Override
		@DistributedLock(key = "#orderId")
		default String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	@Target({ ElementType.METHOD, ElementType.TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@DistributedLock
	@interface PaymentLock {

		@AliasFor(annotation = DistributedLock.class, attribute = "key")
		String orderId();

	}

	static class PlainPayments implements Payments {

		@Override
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	static class OnImplementation implements Payments {

		@Override
		@DistributedLock(key = "#orderId")
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	static class OnInterfaceMethod implements AnnotatedPayments {

		@Override
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	static class OnInterface implements AnnotatedInterface {

		@Override
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	@DistributedLock(key = "#orderId")
	static class OnClass implements Payments {

		@Override
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	static class OnSuperclassMethod extends OnImplementation {

	}

	static class OnOverriddenMethod extends OnImplementation {

		@Override
		public String pay(String orderId) {
			return super.pay(orderId);
		}

	}

	static class OnSuperclass extends OnClass {

		@Override
		public String pay(String orderId) {
			return super.pay(orderId);
		}

	}

	static class InheritedImplementation extends PlainPayments implements AnnotatedPayments {

	}

	static class InheritedGenericImplementation extends PlainPayments implements AnnotatedGenericPayments<String> {

	}

	static class MetaAnnotated implements Payments {

		@Override
		@PaymentLock(orderId = "#orderId")
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	@PaymentLock(orderId = "#orderId")
	static class MetaAnnotatedClass extends PlainPayments {

		@Override
		public String pay(String orderId) {
			return super.pay(orderId);
		}

	}

	static class GenericImplementation implements GenericPayments<String> {

		@Override
		@DistributedLock(key = "#orderId")
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	@DistributedLock(key = "#orderId")
	static class GenericImplementationOfAnnotatedClass implements GenericPayments<String> {

		@Override
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	static class OnGenericInterfaceMethod implements AnnotatedGenericPayments<String>, Payments {

		@Override
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	abstract static class GenericSuperclass<T> implements GenericPayments<T> {

		@Override
		@DistributedLock(key = "#orderId")
		public abstract String pay(T orderId);

	}

	static class OnGenericSuperclassMethod extends GenericSuperclass<String> {

		@Override
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	static class OnDefaultMethod implements DefaultPayments {

	}

	static class DifferentParameterName implements AnnotatedPayments {

		@Override
		public String pay(String id) {
			return "paid " + id;
		}

	}

	static class NonPublicMethods {

		@DistributedLock(key = "#id")
		void packagePrivate(String id) {
		}

		@DistributedLock(key = "#id")
		protected void protectedMethod(String id) {
		}

	}

	@DistributedLock(name = "class")
	static class ReplacedOnMethod {

		@DistributedLock(name = "method")
		void replaced() {
		}

		void notReplaced() {
		}

	}

	static class Replacing extends OnImplementation implements AnnotatedPayments {

		@Override
		@DistributedLock(name = "replaced")
		public String pay(String orderId) {
			return "paid " + orderId;
		}

	}

	@DistributedLock(name = "superclass")
	static class AnnotatedSuperclass {

	}

	@DistributedLock(name = "subclass")
	static class ReplacedOnClass extends AnnotatedSuperclass {

		void run() {
		}

	}

	@DistributedLock(name = "class")
	static class OnClassWithName {

		void run() {
			privateMethod();
			staticMethod();
		}

		private void privateMethod() {
		}

		static void staticMethod() {
		}

		@Override
		public boolean equals(Object other) {
			return this == other;
		}

		@Override
		public int hashCode() {
			return 7;
		}

		@Override
		public String toString() {
			return "text";
		}

	}

}
