namespace Agent.Components.Loki.Process;

/// <summary>Passes that wait for their next batch; a few, for producers that call at once.</summary>
internal sealed class RunPool(Pipeline pipeline)
{
    private const int Kept = 8;
    private readonly PipelineRun?[] _free = new PipelineRun?[Kept];

    public PipelineRun Rent()
    {
        for (int i = 0; i < _free.Length; i++)
        {
            if (_free[i] is not null && Interlocked.Exchange(ref _free[i], null) is { } run)
            {
                return run;
            }
        }
        return new PipelineRun(pipeline);
    }

    public void Return(PipelineRun run)
    {
        run.Clear();
        for (int i = 0; i < _free.Length; i++)
        {
            if (_free[i] is null && Interlocked.CompareExchange(ref _free[i], run, null) is null)
            {
                return;
            }
        }
        run.Outgoing.Dispose();
    }
}
