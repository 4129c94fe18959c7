namespace Agent.EndToEnd.Torture;

/// <summary>Tests that need the machine for themselves: they run when the others are done, one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TortureCollection
{
    public const string Name = "torture";
}
