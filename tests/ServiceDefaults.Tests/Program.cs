using FaceMix.Tests.Services;

return await FaceMix.ServiceDefaults.ServiceHost.RunAsync(() => RunningService.Build(args));
