using Agent.Sdk.Memory;
using Agent.Syntax.Values;

namespace Agent.Components.Common;

/// <summary>Tells in the debug information of a source that it does not read, and why.</summary>
internal static class PauseNote
{
    /// <summary>Makes debug information of its fields; while the gate is closed there is one more.</summary>
    public static MapValue Describe(this MemoryGate memory, Dictionary<string, Value> fields)
    {
        if (memory.IsClosed)
        {
            fields.Add("paused", Value.Of("memory"));
        }
        return new MapValue(fields);
    }
}
