import { defineErrors } from '@berth/service-kit';

export const scheduleErrors = defineErrors({ ScheduleExists: 409, ScheduleChanged: 412, TimesInvalid: 422 });
