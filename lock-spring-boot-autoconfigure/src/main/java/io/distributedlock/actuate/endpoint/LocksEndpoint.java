package io.distributedlock.actuate.endpoint;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@link Endpoint @Endpoint} to see who holds which lock and who waits for it, and to
 * release a lock by force.
 *
 * @since 1.0
 */
@Endpoint(id = "locks", defaultAccess = Access.READ_ONLY)
@RegisterReflectionForBinding({ LockDescriptors.Instance.class, LockDescriptors.Page.class, LockDescriptors.Lock.class,
		LockDescriptors.Hot.class })
public class LocksEndpoint {

	private static final int DEFAULT_SIZE = 100;

	private final LockInspector inspector;

	private final ForcedRelease forcedRelease;

	/**
	 * Create an endpoint.
	 * @param inspector looks at locks
	 * @param forcedRelease releases them
	 */
	public LocksEndpoint(LockInspector inspector, ForcedRelease forcedRelease) {
		this.inspector = inspector;
		this.forcedRelease = forcedRelease;
	}

	/**
	 * Return the locks of this instance, the locks of all instances, or the keys that are
	 * waited for most.
	 * @param scope {@code instance} (also if null), or {@code all} for the locks that are
	 * held in the store, a page at a time
	 * @param cursor where the page begins: the cursor of the page before
	 * @param size how many locks to return, from 1 to 1000; 100 if null
	 * @param hot if not null, how many of the hottest keys to return instead
	 * @return {@link LockDescriptors.Instance}, {@link LockDescriptors.Page} or
	 * {@link LockDescriptors.Hot}
	 */
	@ReadOperation
	public OperationResponseBody locks(@Nullable String scope, @Nullable String cursor, @Nullable Integer size,
			@Nullable Integer hot) {
		if (hot != null) {
			return this.inspector.hot(checkSize("hot", hot));
		}
		int checkedSize = (size != null) ? checkSize("size", size) : DEFAULT_SIZE;
		if (scope == null || "instance".equals(scope)) {
			return this.inspector.instance(checkedSize);
		}
		if ("all".equals(scope)) {
			return this.inspector.page(cursor, checkedSize);
		}
		throw new InvalidEndpointRequestException("'%s' is no scope".formatted(scope),
				"'scope' must be 'instance' or 'all'");
	}

	private static int checkSize(String name, int size) {
		if (size < 1 || size > LockInspector.MAX_SIZE) {
			String reason = "'%s' must be from 1 to %d".formatted(name, LockInspector.MAX_SIZE);
			throw new InvalidEndpointRequestException(reason, reason);
		}
		return size;
	}

	/**
	 * Return a lock as the store has it, whichever instance holds it.
	 * @param key the key
	 * @return the lock
	 */
	@ReadOperation
	public LockDescriptors.Lock lock(@Selector String key) {
		return this.inspector.lock(checkKey(key));
	}

	/**
	 * Take a lock from whoever holds it.
	 * @param key the key
	 * @return the lock as it was before; not held if there was nothing to release
	 */
	@DeleteOperation
	public LockDescriptors.Lock forceRelease(@Selector String key) {
		return forceRelease(key, null);
	}

	/**
	 * Take a lock from whoever holds it.
	 * @param principal the name of the user who does that, or null if it is not known
	 */
	LockDescriptors.Lock forceRelease(String key, @Nullable String principal) {
		return this.forcedRelease.release(checkKey(key), principal);
	}

	private static String checkKey(String key) {
		if (key.isBlank()) {
			throw new InvalidEndpointRequestException("'key' must not be blank", "'key' must not be blank");
		}
		return key;
	}

}
