using Microsoft.CodeAnalysis;

namespace Agent.Generators.Tests;

public sealed class IncrementalTests
{
    private const string Block = """
        /// <summary>Logs.</summary>
        [ConfigBlock("logging")]
        public sealed record Logging
        {
            /// <summary>How much.</summary>
            [Block] public Detail? Detail { get; init; }
        }

        """;

    [Fact]
    public void An_edit_elsewhere_writes_nothing_anew()
    {
        var run = new GeneratorRun(Block + "public sealed record Detail;");

        run.AddFile("namespace Other { public class Unrelated { } }");

        Assert.All(
            run.Result.TrackedSteps[ComponentGenerator.DeclarationsStep].SelectMany(static step => step.Outputs),
            static output => Assert.Equal(IncrementalStepRunReason.Unchanged, output.Reason));
        Assert.All(
            run.Result.TrackedOutputSteps.SelectMany(static step => step.Value).SelectMany(static step => step.Outputs),
            static output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    [Fact]
    public void A_record_in_another_file_is_seen()
    {
        var run = new GeneratorRun(Block);
        Assert.DoesNotContain("DetailCodec", run.Sources, StringComparison.Ordinal);

        run.AddFile("namespace Sample; public sealed record Detail;");

        Assert.Contains("class DetailCodec", run.Sources, StringComparison.Ordinal);
    }
}
