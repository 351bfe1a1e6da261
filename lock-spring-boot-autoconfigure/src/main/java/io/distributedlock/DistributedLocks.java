package io.distributedlock;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;

/**
 * Container of repeated {@link DistributedLock @DistributedLock} annotations.
 *
 * @since 1.0
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@Reflective(LockReflectiveProcessor.class)
public @interface DistributedLocks {

	/**
	 * Return the locks, all of which are held while the method runs.
	 * @return the locks
	 */
	DistributedLock[] value();

}
