using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Components.Tests.Decoding;

/// <summary>What every stage's arguments derive from.</summary>
public abstract record SampleStage;

/// <summary>Writes something.</summary>
[Stage("echo")]
public static class EchoStage
{
    public sealed record Arguments : SampleStage
    {
        /// <summary>What.</summary>
        public required string Text { get; init; }
    }
}

/// <summary>Holds stages again.</summary>
[Stage("match")]
public static class MatchStage
{
    public sealed record Arguments : SampleStage
    {
        /// <summary>Which.</summary>
        public string Selector { get; init; } = "";

        [Blocks]
        public ValueList<SampleStage> Stages { get; init; } = [];
    }
}

/// <summary>A block of the configuration itself.</summary>
[ConfigBlock("sample_settings")]
public sealed record SampleSettings
{
    /// <summary>How much is logged.</summary>
    public string Level { get; init; } = "info";
}
