package io.distributedlock;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The instance of an application that holds a lock.
 *
 * @param application the name of the application
 * @param host the name of its host
 * @param pid the id of its process on that host
 * @param since since when that instance has had the lock, by the clock of the reader, or
 * null if that is not known
 * @since 1.0
 */
public record LockHolder(String application, String host, long pid, @Nullable Instant since) implements Serializable {

	/**
	 * Describe a holder of whom it is known for how long it has had the lock.
	 * @param application the name of the application
	 * @param host the name of its host
	 * @param pid the id of its process on that host
	 * @param heldFor for how long it has had the lock, or null if that is not known
	 * @return the holder
	 */
	public static LockHolder of(String application, String host, long pid, @Nullable Duration heldFor) {
		return new LockHolder(application, host, pid, (heldFor != null) ? Instant.now().minus(heldFor) : null);
	}

	/**
	 * Return who it is as one reads it in messages and in the store.
	 * @return {@code application@host/pid}
	 */
	public String instance() {
		return "%s@%s/%d".formatted(this.application, this.host, this.pid);
	}

	@Override
	public String toString() {
		return instance() + ((this.since != null) ? " since " + this.since : ", it is not known since when");
	}

}
