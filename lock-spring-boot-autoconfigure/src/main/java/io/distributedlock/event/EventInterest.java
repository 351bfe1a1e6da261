package io.distributedlock.event;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

import io.distributedlock.LockEvent;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Which events somebody listens to, in an application context or one of its parents.
 */
final class EventInterest {

	static final Set<Class<? extends LockEvent>> ALL = Set.of(LockEvent.Acquired.class, LockEvent.Contended.class,
			LockEvent.Released.class, LockEvent.Lost.class, LockEvent.ForceReleased.class,
			LockEvent.StoreDegraded.class, LockEvent.StoreRecovered.class);

	private final ApplicationContext context;

	EventInterest(ApplicationContext context) {
		this.context = context;
	}

	/**
	 * Return the types of events that have a listener.
	 */
	Set<Class<? extends LockEvent>> types() {
		return ALL.stream().filter(this::isWanted).collect(Collectors.toUnmodifiableSet());
	}

	private boolean isWanted(Class<? extends LockEvent> type) {
		ResolvableType event = ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, type);
		for (ApplicationContext each = this.context; each != null; each = each.getParent()) {
			if (isWanted(event, each)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isWanted(ResolvableType event, ApplicationContext context) {
		if (!(context instanceof AbstractApplicationContext known)) {
			return true;
		}
		return known.getApplicationListeners()
			.stream()
			.anyMatch((listener) -> new GenericApplicationListenerAdapter(listener).supportsEventType(event))
				|| Arrays.stream(context.getBeanNamesForType(ApplicationListener.class, true, false))
					.anyMatch((name) -> !known.getBeanFactory().containsSingleton(name)
							&& supports(context.getType(name, false), event));
	}

	/**
	 * Return whether a listener that does not exist yet will support an event. If its
	 * class does not say, it does.
	 */
	private static boolean supports(@Nullable Class<?> listener, ResolvableType event) {
		if (listener == null) {
			return true;
		}
		ResolvableType declared = ResolvableType.forClass(listener).as(ApplicationListener.class).getGeneric();
		return declared.resolve() == null || declared.isAssignableFrom(event);
	}

}
