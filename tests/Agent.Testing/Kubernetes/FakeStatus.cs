using System.Text.Json.Nodes;

namespace Agent.Testing.Kubernetes;

/// <summary>Failures as the API server words them.</summary>
internal static class FakeStatus
{
    public static string Json(int code, string reason, string message, JsonObject? details = null)
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = reason,
        };
        if (details is not null)
        {
            status["details"] = details;
        }
        status["code"] = code;
        return status.ToJsonString();
    }

    public static string Unauthorized() => Json(401, "Unauthorized", "Unauthorized");

    public static string Forbidden(FakeRequest request)
    {
        string scope = request.Namespace is { } ns ? $"in the namespace \"{ns}\"" : "at the cluster scope";
        string name = request.Name is { } named ? $" \"{named}\"" : "";
        string qualified = request.Group.Length > 0 ? $"{request.Resource}.{request.Group}" : request.Resource;
        return Json(
            403,
            "Forbidden",
            $"{qualified}{name} is forbidden: User \"system:serviceaccount:monitoring:agent\" cannot {request.Verb} resource "
                + $"\"{request.Resource}\" in API group \"{request.Group}\" {scope}",
            new JsonObject { ["kind"] = request.Resource, ["group"] = request.Group });
    }

    public static string NotFound(FakeRequest request) =>
        Json(404, "NotFound", $"{request.Resource} \"{request.Name}\" not found", Details(request));

    public static string Exists(FakeRequest request, string name) =>
        Json(409, "AlreadyExists", $"{request.Resource}.{request.Group} \"{name}\" already exists", Details(request));

    public static string Conflict(FakeRequest request) => Json(
        409,
        "Conflict",
        $"Operation cannot be fulfilled on {request.Resource}.{request.Group} \"{request.Name}\": the object has been modified; "
            + "please apply your changes to the latest version and try again",
        Details(request));

    public static string Gone(long asked, long oldest) => Json(410, "Expired", $"too old resource version: {asked} ({oldest})");

    public static string ContinueGone() => Json(
        410,
        "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.");

    private static JsonObject Details(FakeRequest request) =>
        new() { ["name"] = request.Name, ["group"] = request.Group, ["kind"] = request.Resource };
}
