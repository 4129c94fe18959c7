namespace Agent.Components.Loki.Process;

/// <summary>Wakes one waiting task. Rings that come while it is awake wake it once more.</summary>
internal sealed class WakeUp
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private bool _isRung;

    public void Ring()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            waiting = _waiting;
            _waiting = null;
            _isRung = waiting is null;
        }
        waiting?.SetResult();
    }

    public Task WaitAsync()
    {
        lock (_gate)
        {
            if (_isRung)
            {
                _isRung = false;
                return Task.CompletedTask;
            }
            _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task;
        }
    }
}
