import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type CreateProject,
  createProject,
  type Project,
  project,
  projectPage,
  type ProjectQuery,
  projectQuery,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProjectsService } from './projects.service.js';

@Controller('v1/projects')
export class ProjectsController {
  constructor(private readonly projects: ProjectsService) {}

  @Post()
  @Requires('projects:create')
  @Answers(project, 201)
  async createProject(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createProject }) body: CreateProject,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Project> {
    const made = await this.projects.create(caller, body);
    void reply.header('location', `/v1/projects/${made.id}`);
    return made;
  }

  @Get()
  @Requires('projects:read')
  @Answers(projectPage)
  listProjects(
    @CurrentCaller() caller: Caller,
    @Query({ schema: projectQuery }) query: ProjectQuery,
  ): Promise<Page<Project>> {
    return this.projects.list(caller, query);
  }

  @Get(':id')
  @Requires('projects:read')
  @Answers(project)
  async getProject(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Project> {
    return (await this.projects.getInPart(caller, id)).project;
  }

  @Delete(':id')
  @Requires('projects:delete')
  @AnswersNothing()
  deleteProject(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.projects.remove(caller, id);
  }
}
