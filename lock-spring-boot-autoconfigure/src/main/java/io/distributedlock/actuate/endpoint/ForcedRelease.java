package io.distributedlock.actuate.endpoint;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

import io.distributedlock.LockEvent;
import io.distributedlock.engine.Printable;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Releases locks by force, and leaves a trace of who did that: a line in the log, an
 * audit event and a {@link LockEvent.ForceReleased}.
 *
 * @since 1.0
 */
public final class ForcedRelease {

	/**
	 * The type of the audit event.
	 */
	public static final String AUDIT_TYPE = "LOCK_FORCE_RELEASED";

	private static final Log logger = LogFactory.getLog(ForcedRelease.class);

	private final LockInspector inspector;

	private final Consumer<LockEvent.ForceReleased> lockEvents;

	private final ApplicationEventPublisher auditEvents;

	/**
	 * Create a forced release.
	 * @param inspector looks at locks
	 * @param lockEvents publishes lock events
	 * @param auditEvents publishes audit events
	 */
	public ForcedRelease(LockInspector inspector, Consumer<LockEvent.ForceReleased> lockEvents,
			ApplicationEventPublisher auditEvents) {
		this.inspector = inspector;
		this.lockEvents = lockEvents;
		this.auditEvents = auditEvents;
	}

	LockDescriptors.Lock release(String key, @Nullable String principal) {
		LockDescriptors.Lock before = this.inspector.forceRelease(key);
		if (before.held()) {
			tell(before, principal);
		}
		return before;
	}

	private void tell(LockDescriptors.Lock released, @Nullable String principal) {
		LockDescriptors.Owner owner = released.holder();
		String holder = (owner != null) ? "%s@%s/%d".formatted(owner.application(), owner.host(), owner.pid()) : null;
		logger.warn("Lock '%s' was released by force by %s. Its holder was %s since %s.".formatted(
				Printable.of(released.key()),
				(principal != null) ? "'" + Printable.of(principal) + "'" : "an unknown user",
				(holder != null) ? holder : "another program", released.since()));
		this.lockEvents.accept(new LockEvent.ForceReleased(released.key(), holder, principal));
		Map<String, @Nullable Object> data = new HashMap<>();
		data.put("key", released.key());
		if (holder != null) {
			data.put("holder", holder);
		}
		this.auditEvents
			.publishEvent(new AuditApplicationEvent((principal != null) ? principal : "", AUDIT_TYPE, data));
	}

}
