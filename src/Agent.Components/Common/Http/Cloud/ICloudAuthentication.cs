namespace Agent.Components.Common.Http.Cloud;

/// <summary>How the services of one cloud want requests to be authenticated.</summary>
public interface ICloudAuthentication
{
    /// <summary>A handler that authenticates and passes on; it owns what it needs for that.</summary>
    /// <param name="inner">Where requests go next.</param>
    /// <param name="time">Decides when credentials expire.</param>
    HttpMessageHandler Wrap(HttpMessageHandler inner, TimeProvider time);
}
