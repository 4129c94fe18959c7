namespace Agent.Runtime.Graph;

/// <summary>A block whose settings must hold when the load that brought them is reported as done, not a moment later.</summary>
/// <remarks>Components have no need of it: <c>RunAsync</c> is where they begin. It exists for settings of the process, such as who may use the HTTP server.</remarks>
public interface IActivated
{
    /// <summary>Called once, before <c>RunAsync</c>, while the load is committed; must be quick and must not throw. Disposal ends it.</summary>
    void Activate();
}
