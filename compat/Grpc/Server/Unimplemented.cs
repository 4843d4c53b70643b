using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Grpc.AspNetCore.Server;

/// <summary>Answers what no mapped method does, but leaves requests that are not gRPC to others.</summary>
internal static class Unimplemented
{
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder builder, string pattern, string detail)
    {
        var route = RoutePatternFactory.Parse(pattern, null, new RouteValueDictionary { ["unimplementedMethod"] = new IsGrpc() });
        var endpoint = builder.Map(route, context => ServerCall.EndBeforeStart(context, new Status(StatusCode.Unimplemented, detail)));
        endpoint.Add(each =>
        {
            each.DisplayName = $"gRPC - {detail}";
            each.Metadata.Add(new HttpMethodMetadata(["POST"], acceptCorsPreflight: true));
            ((RouteEndpointBuilder)each).Order = int.MaxValue;
        });
        return endpoint;
    }

    private sealed class IsGrpc : IRouteConstraint
    {
        public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            httpContext?.Request is not { } request
            || HttpMethods.IsOptions(request.Method)
            || Wire.IsContentType(request.ContentType, Wire.ContentType)
            || Wire.IsContentType(request.ContentType, Wire.WebContentType)
            || Wire.IsContentType(request.ContentType, Wire.WebTextContentType);
    }
}
