package io.distributedlock;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;

/**
 * Runs a method under a lock that every instance of the application respects.
 * <p>
 * The lock is taken before the method (and before a transaction on the same method
 * begins) and released after it (and after that transaction has ended). On a type, it
 * applies to every method of that type; an annotation on the method then replaces it.
 * Usable as a meta-annotation with {@code @AliasFor}, and repeatable: several locks on
 * one method are always taken in the order of their keys, so that two methods cannot
 * deadlock.
 * <p>
 * A method that returns a future or a publisher (of Reactor, RxJava, or another type that
 * Spring adapts) holds the lock until that has ended, a suspending function of Kotlin
 * until it returns. A publisher is locked for each subscription, without blocking the
 * thread of the subscriber.
 * <p>
 * If the last parameter of the method is a {@link LockLease}, or {@link LockLeases} where
 * there may be several locks, the method gets the lease by it; callers pass null. It is
 * null in the method when it runs without its lock.
 * <p>
 * What {@code distributed-lock.locks.<name>.*} says about the name of the lock takes
 * precedence over the attributes.
 * <p>
 * Only calls through the Spring proxy are locked: self-invocation and private or final
 * methods are not. Use {@link LockOperations} there.
 *
 * @since 1.0
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(DistributedLocks.class)
@Inherited
@Documented
@Reflective(LockReflectiveProcessor.class)
public @interface DistributedLock {

	/**
	 * SpEL expression that yields the key of the lock, evaluated at each call.
	 * <p>
	 * Arguments are available by name ({@code #orderId}; needs {@code -parameters}) and
	 * by position ({@code #p0}, {@code #a0}), the call as {@code #root.methodName},
	 * {@code #root.method}, {@code #root.target}, {@code #root.targetClass} and
	 * {@code #root.args}, and beans as {@code @bean}. A null or blank result, or an
	 * unknown variable, is an error, never a shared key. A collection or array locks
	 * every key in it.
	 * <p>
	 * May be empty only if {@link #name()} is given: the name then is the key.
	 * @return the SpEL expression
	 */
	String key() default "";

	/**
	 * Static name of the lock: the low-cardinality name in metrics and messages, and a
	 * prefix of the key. A lock of name {@code orders} and key {@code 42} is the lock
	 * with the key {@code orders::42}.
	 * <p>
	 * Letters, digits, {@code .}, {@code _} and {@code -}; {@code ${property}}
	 * placeholders are resolved. If empty, metrics and messages use the simple class name
	 * and the method name, and the key has no prefix.
	 * @return the name, or an empty string
	 */
	String name() default "";

	/**
	 * How long the store keeps the lock when nobody renews or releases it.
	 * <p>
	 * With {@link #renew() renewal}, this is how long others wait after the holder has
	 * crashed; without it, the longest time that the method is protected. Accepts
	 * {@code 10s}, {@code PT10S}, {@code 500ms}, {@code 1m30s}, a plain number of
	 * milliseconds, and {@code ${property}}. At least 100 ms.
	 * @return the time to live; if empty, {@code distributed-lock.ttl}
	 */
	String ttl() default "";

	/**
	 * Longest time to wait for the lock, in the same formats as {@link #ttl()}. Zero
	 * means to try once.
	 * @return the wait time; if empty, {@code distributed-lock.wait-time}
	 */
	String waitTime() default "";

	/**
	 * Whether the lock is renewed for as long as the method runs: {@code true},
	 * {@code false} or {@code ${property}}.
	 * @return whether to renew; if empty, {@code distributed-lock.renew}
	 */
	String renew() default "";

	/**
	 * Longest time for which the lock is held, in the same formats as {@link #ttl()}. The
	 * lease is not renewed beyond that: it ends, although the method still runs, and is
	 * lost. The {@code ttl} is never longer than this, whatever is set.
	 * @return the longest time; if empty, {@code distributed-lock.max-hold}, which has no
	 * limit by default
	 * @see #onLost()
	 */
	String maxHold() default "";

	/**
	 * Shortest time for which the lock is held, in the same formats as {@link #ttl()}.
	 * When the method ends before that, its caller goes on at once, but the store keeps
	 * the lock for the rest of that time, also if this instance ends. Nobody can acquire
	 * it until then, the same thread included. The {@code ttl} is never shorter than
	 * this, whatever is set.
	 * <p>
	 * For what must not happen again too soon, although the clocks of the instances
	 * differ: a job that all instances start at the same time, a message that comes
	 * twice.
	 * @return the shortest time; if empty, there is none
	 */
	String minHold() default "";

	/**
	 * Whether waiters get the lock in the order of their arrival, across all threads and
	 * instances. If not, the threads of one instance pass it on among themselves for a
	 * moment, which is several times faster under contention.
	 * @return whether to keep the order
	 */
	boolean fair() default false;

	/**
	 * Whether a thread that holds the lock may enter it again, which costs nothing and
	 * leaves the lease as it is. If that is not so here, or where the thread acquired it,
	 * the call fails at once with a {@link LockAlreadyHeldException} instead of waiting
	 * for itself.
	 * @return whether the lock is reentrant
	 */
	boolean reentrant() default true;

	/**
	 * What happens when somebody else still holds the lock after {@link #waitTime()}. A
	 * store that cannot be reached is a different matter: see {@link #onStoreFailure()}.
	 * @return what to do on contention
	 */
	OnContention onContention() default OnContention.THROW;

	/**
	 * Name of the method to call instead on {@link OnContention#FALLBACK}: a method of
	 * the same class, of any visibility, with the same parameters and a result of the
	 * same type. It may have one more parameter at the end, for the
	 * {@link LockNotAcquiredException}. It runs without a lock, and without what other
	 * annotations on it ask for, as it is not called through the proxy.
	 * @return the name of a method
	 */
	String fallback() default "";

	/**
	 * What happens when the store of the locks fails, so that nobody knows whether the
	 * lock is free. Of several locks of one call, the strictest counts: {@code THROW}
	 * before {@code SKIP} before {@code PROCEED_UNLOCKED}.
	 * @return what to do if the store fails
	 */
	OnStoreFailure onStoreFailure() default OnStoreFailure.THROW;

	/**
	 * What happens to the method when the lease is lost while it runs: it could not be
	 * renewed in time, {@link #maxHold()} is over, or somebody removed the lock.
	 * @return what to do when the lease is lost
	 */
	OnLost onLost() default OnLost.NOTIFY;

}
