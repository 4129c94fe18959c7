namespace Agent.Sdk.Memory;

/// <summary>How much of the process's byte budget is in use.</summary>
public readonly record struct MemoryState(long BudgetBytes, long UsedBytes, bool Paused, double PausedSeconds);
