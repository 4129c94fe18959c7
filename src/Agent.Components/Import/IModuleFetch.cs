using Agent.Sdk;
using Agent.Sdk.Modules;

namespace Agent.Components.Import;

/// <summary>One place elsewhere that modules come from, made for one set of arguments.</summary>
internal interface IModuleFetch : IDisposable
{
    /// <summary>Gets the present version. Never called twice at once.</summary>
    /// <exception cref="ComponentException">It cannot be had now.</exception>
    Task<ModuleContent> FetchAsync(CancellationToken stop);

    /// <summary>The last version that worked, or null.</summary>
    ModuleContent? LastGood();

    /// <summary>Keeps a version that works.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    void Keep(ModuleContent content);
}
