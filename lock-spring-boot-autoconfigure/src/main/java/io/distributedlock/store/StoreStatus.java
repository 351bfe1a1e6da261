package io.distributedlock.store;

import java.util.List;
import java.util.Map;

/**
 * What a store knows of its servers, for people who look after them. Contains no secrets.
 *
 * @param details names and values: texts, numbers, and lists and maps of them
 * @param warnings what endangers locks, or will if nobody does anything, one sentence or
 * two each
 * @since 1.0
 */
public record StoreStatus(Map<String, Object> details, List<String> warnings) {

}
