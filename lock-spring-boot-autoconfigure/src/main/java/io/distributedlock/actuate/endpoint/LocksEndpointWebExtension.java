package io.distributedlock.actuate.endpoint;

import java.security.Principal;
import java.util.Map;
import java.util.function.Supplier;

import io.distributedlock.LockStoreException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the {@link LocksEndpoint}: adds
 * status codes, and keys that are more than one segment of a path. Every key can be given
 * as the parameter {@code key} instead, also those that a server or a firewall does not
 * accept in a path.
 *
 * @since 1.0
 */
@EndpointWebExtension(endpoint = LocksEndpoint.class)
public class LocksEndpointWebExtension {

	private final LocksEndpoint delegate;

	/**
	 * Create an extension.
	 * @param delegate what it extends
	 */
	public LocksEndpointWebExtension(LocksEndpoint delegate) {
		this.delegate = delegate;
	}

	/**
	 * Return locks as {@link LocksEndpoint#locks} does, or one lock.
	 * @param scope {@code instance}, {@code all} or null
	 * @param cursor where the page begins, or null
	 * @param size how many locks to return, or null
	 * @param hot how many hot keys to return, or null
	 * @param key the key of the only lock to return, or null
	 * @return the locks, or an error
	 */
	@ReadOperation
	public WebEndpointResponse<Object> locks(@Nullable String scope, @Nullable String cursor, @Nullable Integer size,
			@Nullable Integer hot, @Nullable String key) {
		return respond(() -> (key != null) ? this.delegate.lock(key) : this.delegate.locks(scope, cursor, size, hot));
	}

	/**
	 * Return a lock.
	 * @param key the key
	 * @return the lock, or an error
	 */
	@ReadOperation
	public WebEndpointResponse<Object> lock(@Selector String key) {
		return respond(() -> this.delegate.lock(key));
	}

	/**
	 * Return a lock.
	 * @param segments the key, split at each slash
	 * @return the lock, or an error
	 */
	@ReadOperation
	public WebEndpointResponse<Object> lockOfSegments(@Selector(match = Match.ALL_REMAINING) String... segments) {
		return lock(String.join("/", segments));
	}

	/**
	 * Take a lock from whoever holds it.
	 * @param securityContext who does that
	 * @param key the key
	 * @return the lock as it was before, or an error; not found if nobody holds it
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> forceReleaseOfParameter(SecurityContext securityContext, @Nullable String key) {
		if (key == null) {
			throw new InvalidEndpointRequestException("'key' is missing", "'key' is missing");
		}
		return forceRelease(securityContext, key);
	}

	/**
	 * Take a lock from whoever holds it.
	 * @param securityContext who does that
	 * @param key the key
	 * @return the lock as it was before, or an error; not found if nobody holds it
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> forceRelease(SecurityContext securityContext, @Selector String key) {
		Principal principal = securityContext.getPrincipal();
		String name = (principal != null) ? principal.getName() : null;
		WebEndpointResponse<Object> response = respond(() -> this.delegate.forceRelease(key, name));
		boolean nothingToRelease = response.getBody() instanceof LockDescriptors.Lock before && !before.held();
		return nothingToRelease ? new WebEndpointResponse<>(response.getBody(), WebEndpointResponse.STATUS_NOT_FOUND)
				: response;
	}

	/**
	 * Take a lock from whoever holds it.
	 * @param securityContext who does that
	 * @param segments the key, split at each slash
	 * @return the lock as it was before, or an error; not found if nobody holds it
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> forceReleaseOfSegments(SecurityContext securityContext,
			@Selector(match = Match.ALL_REMAINING) String... segments) {
		return forceRelease(securityContext, String.join("/", segments));
	}

	private static WebEndpointResponse<Object> respond(Supplier<Object> operation) {
		try {
			return new WebEndpointResponse<>(operation.get());
		}
		catch (LockStoreException ex) {
			return new WebEndpointResponse<>(Map.of("error", String.valueOf(ex.getMessage())),
					WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
	}

}
