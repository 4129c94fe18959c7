namespace Agent.Components.Loki.Process;

/// <summary>Passes that wait for their next batch; a few, for producers that call at once.</summary>
internal sealed class RunPool(Pipeline pipeline)
{
    private const int Kept = 8;

    // Made with the first return.
    private PipelineRun?[]? _free;

    public PipelineRun Rent()
    {
        PipelineRun?[] free = Volatile.Read(ref _free) ?? [];
        for (int i = 0; i < free.Length; i++)
        {
            if (free[i] is not null && Interlocked.Exchange(ref free[i], null) is { } run)
            {
                return run;
            }
        }
        return new PipelineRun(pipeline);
    }

    public void Return(PipelineRun run)
    {
        run.Clear();
        PipelineRun?[] free = Volatile.Read(ref _free) ?? Interlocked.CompareExchange(ref _free, new PipelineRun?[Kept], null) ?? _free;
        for (int i = 0; i < free.Length; i++)
        {
            if (free[i] is null && Interlocked.CompareExchange(ref free[i], run, null) is null)
            {
                return;
            }
        }
        run.Outgoing.Dispose();
    }
}
