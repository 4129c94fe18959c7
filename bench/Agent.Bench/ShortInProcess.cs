using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Agent.Bench;

/// <summary>Few short iterations in this process: the machine is small, and a child build per benchmark takes longer than the runs.</summary>
internal sealed class ShortInProcess : ManualConfig
{
    public ShortInProcess()
    {
        Add(DefaultConfig.Instance);
        AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
    }
}
