package io.distributedlock.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Gives a Spring test locks in memory, so that it needs no Redis for them, and
 * {@link TestLocks} as a bean. Each test method begins with clean locks, and fails if it
 * leaves one held.
 *
 * <pre class="code">
 * &#064;SpringBootTest
 * &#064;AutoConfigureTestLocks
 * class OrderServiceTests {
 *
 *     &#064;Autowired
 *     private OrderService orders;
 *
 *     &#064;Test
 *     void refusesToPayAnOrderThatSomebodyElsePays(&#064;Autowired TestLocks locks) {
 *         locks.holdElsewhere("42");
 *         assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -&gt; this.orders.pay("42"));
 *     }
 *
 * }</pre>
 * <p>
 * Works for whole applications and for slices. Locks that the application holds before
 * the test begins are left alone.
 *
 * @since 1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigureTestLocks {

}
