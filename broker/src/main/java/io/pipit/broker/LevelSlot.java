package io.pipit.broker;

/** What one place of a {@link LevelTable} holds: the branch of one key, or a further table for several. */
abstract sealed class LevelSlot permits LevelTable, LevelBranch {}
